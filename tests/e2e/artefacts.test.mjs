/* What devices download and upload by the URLs in their jobs' documents, from and to our own artefact store. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { awsDoes, plain, s3Server } from './s3_clients.mjs';
import { eventually, freePort, MIDNIGHT, REGION, thingArn, World } from './support.mjs';

const THING = 'pump';
const ROLE = 'arn:aws:iam::123456789012:role/urls';
const DOWNLOAD = `\${aws:iot:s3-presigned-url:https://s3.${REGION}.amazonaws.com/firmware/pump/1.2 ä.bin}`;
const UPLOAD = `\${aws:iot:s3-presigned-url-upload:https://s3.${REGION}.amazonaws.com/logs/\${jobId}/\${thingName}-\${executionNumber}.txt}`;

/* A server with TLS on all of its ports, whose clock stands still; the image is in its store. */
async function fleet(world, settings = {}) {
  const ports = { mqttsPort: await freePort(), httpsPort: await freePort() };
  const server = await s3Server(world, {
    ...ports,
    virtualClock: true,
    clockStart: MIDNIGHT,
    ...(typeof settings === 'function' ? settings(ports) : settings),
  });
  await server.freeze(MIDNIGHT);
  await server.createThing(THING);
  return server;
}

async function createJob(server, jobId, document) {
  const body = {
    targets: [thingArn(THING)],
    document: JSON.stringify(document),
    presignedUrlConfig: { roleArn: ROLE, expiresInSec: 600 },
  };
  const { status, text } = await server.http('PUT', `/jobs/${jobId}`, { body });
  assert.equal(status, 200, text);
}

/* Signed by the clock that stands still, the CLI's own time would be too far away: curl's like writes with a URL instead. */
async function put(server, device, bytes) {
  await createJob(server, 'put-it-there', {
    url: `\${aws:iot:s3-presigned-url-upload:s3://firmware/pump/1.2%20%C3%A4.bin}`,
  });
  const { accepted } = await device.ask(`$aws/things/${THING}/jobs/put-it-there/get`, {});
  const { status, body } = await plain(server, accepted.execution.jobDocument.url, { method: 'PUT', body: bytes });
  assert.equal(status, 200, String(body));
  assert.equal((await device.ask(`$aws/things/${THING}/jobs/put-it-there/update`, { status: 'SUCCEEDED' })).rejected, undefined);
}

/* Buckets are made while the clock still shows the host's time. */
async function makeBuckets(server) {
  await server.clock({ real: true });
  for (const bucket of ['firmware', 'logs']) await awsDoes(server, server.url, ['s3', 'mb', `s3://${bucket}`]);
  await server.freeze(MIDNIGHT);
}

const deviceOf = (world, server) => MqttClient.connect(world, server, { clientId: THING, ca: server.ca });

test('a device downloads over HTTPS, by a URL of the address by which it has asked, until that expires', async (t) => {
  const world = new World(t);
  const server = await fleet(world);
  const device = await deviceOf(world, server);
  const image = randomBytes(3_000_000);
  await makeBuckets(server);
  await put(server, device, image);
  await createJob(server, 'fw', { url: DOWNLOAD });

  const asked = `${server.httpsUrl}/things/${THING}/jobs/fw?includeJobDocument=true`;
  const { execution } = JSON.parse((await plain(server, asked)).body);
  const { url } = JSON.parse(execution.jobDocument);
  assert.ok(url.startsWith(`${server.httpsUrl}/_s3/firmware/pump/1.2%20%C3%A4.bin?`), url);

  const first = await plain(server, url, { headers: { range: 'bytes=0-1999999' } });
  assert.equal(first.status, 206);
  assert.equal(first.headers['content-security-policy'], 'sandbox');
  const rest = await plain(server, url, { headers: { range: 'bytes=2000000-', 'if-match': first.headers.etag } });
  assert.equal(rest.status, 206);
  assert.ok(Buffer.concat([first.body, rest.body]).equals(image));
  assert.equal((await plain(server, url, { method: 'PUT', body: 'x' })).status, 403);
  assert.equal((await plain(server, url.replace('1.2', '1.3'))).status, 403);

  await server.advance('PT601S');
  const late = await plain(server, url);
  assert.equal(late.status, 403);
  assert.match(String(late.body), /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
  const again = JSON.parse(JSON.parse((await plain(server, asked)).body).execution.jobDocument).url;
  assert.ok((await plain(server, again)).body.equals(image));
});

test('over MQTT the URL is that of artifact_url, and an upload goes where the execution says', async (t) => {
  const world = new World(t);
  const server = await fleet(world, ({ httpsPort }) => ({ artifactUrl: `https://localhost:${httpsPort}/_s3` }));
  const device = await deviceOf(world, server);
  const image = randomBytes(100_000);
  await makeBuckets(server);
  await put(server, device, image);
  await device.subscribe(`$aws/things/${THING}/jobs/notify-next`);
  await createJob(server, 'fw', { get: DOWNLOAD, put: UPLOAD });

  const { execution } = await device.next(`$aws/things/${THING}/jobs/notify-next`);
  const { get, put: log } = execution.jobDocument;
  assert.ok(get.startsWith(`${server.httpsUrl}/_s3/firmware/`), get);
  assert.ok((await plain(server, get)).body.equals(image));
  assert.ok(log.startsWith(`${server.httpsUrl}/_s3/logs/fw/${THING}-1.txt?`), log);
  assert.equal((await plain(server, log, { method: 'PUT', body: 'it went well' })).status, 200);
  assert.equal((await plain(server, log)).status, 403);

  await server.clock({ real: true });
  const listed = await awsDoes(server, server.url, ['s3', 'ls', '--recursive', 's3://logs']);
  assert.match(listed, / 12 fw\/pump-1\.txt$/m);
});

test('a URL outlives a restart, and what is not there yet is delivered, warned of and explained', async (t) => {
  const world = new World(t);
  const server = await fleet(world);
  await makeBuckets(server);
  await createJob(server, 'early', { url: DOWNLOAD });
  const device = await deviceOf(world, server);
  const { accepted } = await device.ask(`$aws/things/${THING}/jobs/start-next`, {});
  const { url } = accepted.execution.jobDocument;
  assert.equal((await plain(server, url)).status, 404);
  const explained = await server.http('GET', `/_iotjobs/explain?thing=${THING}&job=early`);
  assert.match(explained.json.warnings[0], /object pump\/1\.2 \?\?\.bin of bucket firmware is not in the artefact store/);
  await eventually('the warning in the log', () => /job_document job=early thing=pump problem=.*firmware/.test(server.process.output + server.process.errors));

  await server.kill();
  await server.restart();
  await server.freeze(MIDNIGHT);
  assert.equal((await plain(server, url)).status, 404);
  const next = await deviceOf(world, server);
  const image = randomBytes(1000);
  await put(server, next, image);
  assert.ok((await plain(server, url)).body.equals(image));
});
