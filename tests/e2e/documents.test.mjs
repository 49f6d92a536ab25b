/*
 * Documents and downloads of fleets that have an S3 of their own. That S3 is a second server of ours, which asks for keys
 * and speaks TLS with a CA that nobody knows who was not told.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { controlPlane, MqttClient } from './clients.mjs';
import { freePort, freePorts, Process, REGION, thingArn, WAIT_MS, within, World } from './support.mjs';

const THING = 'pump';
const KEY = 'AKIAINVENTED0000001';
const SECRET = 'invented/secret+key=0001';
const BUCKET = 'firmware';
const DOCUMENT_KEY = 'pump/über 1.2.json';
const SOURCE = `https://s3.${REGION}.amazonaws.com/${BUCKET}/${encodeURIComponent(DOCUMENT_KEY).replace('%2F', '/')}`;
const IMAGE_KEY = 'pump/1.2.bin';

async function secretFile(world, text, mode = 0o600) {
  const file = path.join(await world.temporaryFolder(), 'keys');
  await writeFile(file, text, { mode });
  return file;
}

/* The S3, and what it takes to reach it. */
async function storage(world) {
  const server = await world.server({
    httpsPort: await freePort(),
    accessKeys: await secretFile(world, `${KEY} ${SECRET} operator\n`),
  });
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();
  const caFile = path.join(await world.temporaryFolder(), 'ca.pem');
  await writeFile(caFile, ca);
  const client = new S3Client({
    endpoint: server.url,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: KEY, secretAccessKey: SECRET },
  });
  world.onClose(() => client.destroy());
  return { server, client, ca, caFile, endpoint: `https://127.0.0.1:${server.settings.httpsPort}` };
}

async function settingsFor(world, s3) {
  return {
    s3Endpoint: s3.endpoint,
    s3AccessKey: KEY,
    s3SecretKeyFile: await secretFile(world, `${SECRET}\n`),
    s3Region: REGION,
    s3Ca: s3.caFile,
  };
}

async function given(s3, key, body) {
  await s3.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
}

const jobFrom = (documentSource) => ({
  jobId: 'fw-7',
  targets: [thingArn(THING)],
  documentSource,
  presignedUrlConfig: { roleArn: 'arn:aws:iam::123456789012:role/urls', expiresInSec: 600 },
});

function download(url, ca) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { ca, agent: false, timeout: WAIT_MS }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({ status: answer.statusCode, bytes: Buffer.concat(pieces) }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${url}`))).on('error', reject);
  });
}

test('a device gets a document of the S3, and downloads from there what it speaks of', async (t) => {
  const world = new World(t);
  const s3 = await storage(world);
  const server = await world.server(await settingsFor(world, s3));
  const client = controlPlane(world, server);
  const image = randomBytes(300_000);
  const url = `\${aws:iot:s3-presigned-url:https://s3.${REGION}.amazonaws.com/${BUCKET}/${IMAGE_KEY}}`;
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await given(s3, IMAGE_KEY, image);
  await given(s3, DOCUMENT_KEY, JSON.stringify({ op: 'install', url }));

  await client.send(new iot.CreateThingCommand({ thingName: THING }));
  await client.send(new iot.CreateJobCommand(jobFrom(SOURCE)));
  await given(s3, DOCUMENT_KEY, '{"op":"too late"}');
  const described = await client.send(new iot.DescribeJobCommand({ jobId: 'fw-7' }));
  assert.equal(described.documentSource, SOURCE);

  const device = await MqttClient.connect(world, server, { clientId: THING });
  const { accepted } = await device.ask(`$aws/things/${THING}/jobs/start-next`, {});
  const { op, url: signed } = accepted.execution.jobDocument;
  assert.equal(op, 'install');
  assert.ok(signed.startsWith(`${s3.endpoint}/${BUCKET}/${IMAGE_KEY}?`), signed);
  const { status, bytes } = await download(signed, s3.ca);
  assert.equal(status, 200, String(bytes));
  assert.deepEqual(createHash('sha256').update(bytes).digest('hex'), createHash('sha256').update(image).digest('hex'));
  const tampered = await download(signed.replace('1.2.bin', '1.3.bin'), s3.ca);
  assert.equal(tampered.status, 403);
});

test('templates and plans read documents of the S3 too', async (t) => {
  const world = new World(t);
  const s3 = await storage(world);
  const server = await world.server(await settingsFor(world, s3));
  const client = controlPlane(world, server);
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await given(s3, DOCUMENT_KEY, '{"op":"install"}');
  await client.send(new iot.CreateThingCommand({ thingName: THING }));

  const template = { jobTemplateId: 'install', description: 'd', documentSource: SOURCE };
  await client.send(new iot.CreateJobTemplateCommand(template));
  const described = await client.send(new iot.DescribeJobTemplateCommand({ jobTemplateId: 'install' }));
  assert.equal(described.document, '{"op":"install"}');
  assert.equal(described.documentSource, SOURCE);
  const { status, json } = await server.http('POST', '/_iotjobs/plan', { body: jobFrom(SOURCE) });
  assert.equal(status, 200, JSON.stringify(json));
  assert.equal(json.document, '{"op":"install"}');
});

/* CreateJob must be refused like this, and make no job. */
async function refused(client, documentSource, message) {
  await assert.rejects(client.send(new iot.CreateJobCommand(jobFrom(documentSource))), (error) => {
    assert.equal(error.name, 'InvalidRequestException');
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.message, message);
    return true;
  });
  const { jobs } = await client.send(new iot.ListJobsCommand({}));
  assert.deepEqual(jobs, []);
}

test('what cannot be read from the S3 is refused, and why is said', async (t) => {
  const world = new World(t);
  const s3 = await storage(world);
  const settings = await settingsFor(world, s3);
  const server = await world.server(settings);
  const client = controlPlane(world, server);
  await client.send(new iot.CreateThingCommand({ thingName: THING }));

  await refused(client, SOURCE, /has no such object \(404 NoSuchBucket\) \(bucket firmware, key pump\/\?\?ber 1\.2\.json\)/);
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await refused(client, SOURCE, /has no such object \(404 NoSuchKey\)/);
  await given(s3, DOCUMENT_KEY, 'no JSON');
  await refused(client, SOURCE, /Job document is not valid JSON/);
  await given(s3, DOCUMENT_KEY, ' '.repeat(40_000));
  await refused(client, SOURCE, /it is larger than 32768 bytes/);
  await refused(client, 'https://example.com/firmware/doc.json', /is not the URL of an object of S3/);
  await s3.server.stop();
  await refused(client, SOURCE, new RegExp(`${s3.endpoint} cannot be reached`));
});

test('who has the wrong secret or does not know the CA gets nothing', async (t) => {
  const world = new World(t);
  const s3 = await storage(world);
  const settings = await settingsFor(world, s3);
  await s3.client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await given(s3, DOCUMENT_KEY, '{}');
  const wrongs = [
    [{ s3SecretKeyFile: await secretFile(world, 'wrong') }, /does not let us read it \(403 SignatureDoesNotMatch\)/],
    [{ s3AccessKey: 'AKIAUNKNOWN' }, /does not let us read it \(403 InvalidAccessKeyId\)/],
    [{ s3Ca: '' }, /has a certificate that is not trusted/],
  ];
  for (const [wrong, message] of wrongs) {
    const server = await world.server({ ...settings, ...wrong });
    const client = controlPlane(world, server);
    await client.send(new iot.CreateThingCommand({ thingName: THING }));
    await refused(client, SOURCE, message);
  }
});

async function filesBelow(folder) {
  const files = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(file)));
    else if (entry.isFile()) files.push(file);
  }
  return files;
}

test('the secret of the S3 is in its file and nowhere else', async (t) => {
  const world = new World(t);
  const s3 = await storage(world);
  const settings = await settingsFor(world, s3);
  const server = await world.server({ durable: true, ...settings });
  const { json, text } = await server.http('GET', '/_iotjobs/info');
  assert.equal(json.settings.s3_secret_key, '(set)');
  assert.ok(!text.includes(SECRET));
  const files = await filesBelow(server.folder);
  assert.ok(files.some((file) => file.endsWith('.conf')), files.join(' '));
  for (const file of files) {
    assert.ok(!(await readFile(file)).includes(SECRET), file);
  }
  for (const about of ['cmdline', 'environ']) {
    assert.ok(!(await readFile(`/proc/${server.process.pid}/${about}`)).includes(SECRET), about);
  }
});

test('a secret that others can read is one line that names its file, and status 1', async (t) => {
  const world = new World(t);
  const file = await secretFile(world, SECRET, 0o644);
  const s3 = { s3Endpoint: 'http://127.0.0.1:9', s3AccessKey: KEY, s3SecretKeyFile: file };
  const launched = new Process({ ...(await freePorts()), inMemory: true, ...s3 });
  const { code } = await within(WAIT_MS, 'iotjobsd to refuse', launched.ended).finally(() => launched.end('SIGKILL'));
  assert.equal(code, 1);
  assert.equal(
    launched.errors,
    `iotjobsd: s3_secret_key_file: others than its owner may read or write ${file}; chmod 600 it\n`,
  );
});
