/* Devices with certificates over HTTPS: the unmodified SDK, and plain requests. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import {
  DescribeJobExecutionCommand,
  GetPendingJobExecutionsCommand,
  IoTJobsDataPlaneClient,
  StartNextPendingJobExecutionCommand,
  UpdateJobExecutionCommand,
} from '@aws-sdk/client-iot-jobs-data-plane';

import { freePort, freePorts, Process, REGION, thingArn, WAIT_MS, World } from './support.mjs';

const THING = 'pump';
const OTHER = 'valve';
const JOB = 'fw-7';
const KEYS = { ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['rsa:2048'] };

const run = promisify(execFile);
const openssl = (...args) => run('openssl', args, { timeout: WAIT_MS });

/* A server whose CA is in its data folder, with a job for each of two things. */
async function deviceServer(world, settings = {}) {
  const server = await world.server({ durable: true, httpsPort: await freePort(), ...settings });
  for (const thing of [THING, OTHER]) {
    assert.equal((await server.http('POST', `/things/${thing}`, { body: {} })).status, 200);
  }
  const body = { targets: [thingArn(THING), thingArn(OTHER)], document: '{"op":"noop"}' };
  assert.equal((await server.http('PUT', `/jobs/${JOB}`, { body })).status, 200);
  return server;
}

const certsOf = (server) => path.join(server.settings.data, 'certs');

/* As an operator makes them at the command line: { ca, cert, key }, all in PEM. `ca` is what the client trusts. */
async function makeCertificate(world, server, thing, { keys = 'ec', signer = certsOf(server) } = {}) {
  const folder = await world.temporaryFolder();
  const [key, request, certificate] = ['device.key', 'device.csr', 'device.pem'].map((name) => path.join(folder, name));
  await openssl('req', '-new', '-newkey', ...KEYS[keys], '-nodes', '-keyout', key, '-subj', `/CN=${thing}`, '-out', request);
  const by = ['-CA', path.join(signer, 'ca.pem'), '-CAkey', path.join(signer, 'ca.key')];
  await openssl('x509', '-req', '-in', request, ...by, '-days', '30', '-out', certificate);
  const [ca, cert, privateKey] = await Promise.all(
    [path.join(certsOf(server), 'ca.pem'), certificate, key].map((file) => readFile(file)),
  );
  return { ca, cert, key: privateKey };
}

/* A CA of somebody else's, in a folder as ours are. */
async function makeCa(world) {
  const folder = path.join(await world.temporaryFolder(), 'factory');
  await mkdir(folder);
  const out = ['-keyout', path.join(folder, 'ca.key'), '-out', path.join(folder, 'ca.pem')];
  await openssl('req', '-x509', '-newkey', ...KEYS.ec, '-nodes', '-days', '30', '-subj', '/CN=A factory', ...out);
  return folder;
}

/* The data plane as the SDK for JavaScript sees it through the listener for devices. */
function deviceClient(world, server, credentials) {
  const httpsAgent = new https.Agent({ ...credentials, keepAlive: true });
  const client = new IoTJobsDataPlaneClient({
    endpoint: `https://127.0.0.1:${server.settings.httpsPort}`,
    region: REGION,
    credentials: { accessKeyId: 'dummy', secretAccessKey: 'dummy' },
    maxAttempts: 1,
    requestHandler: { httpsAgent },
  });
  world.onClose(() => {
    client.destroy();
    httpsAgent.destroy();
  });
  return client;
}

/* One unsigned request over a connection of its own, as curl sends it. */
function ask(server, credentials, route, { method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.settings.httpsPort, path: route, method, agent: false, timeout: WAIT_MS };
    const request = https.request({ ...options, ...credentials }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, json: JSON.parse(text) }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${route}`))).on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

/* As AWS refuses: no `code`, a trace id, and a colon behind the name. */
function assertForbidden({ status, headers, json }, words) {
  assert.equal(status, 403);
  assert.equal(headers['x-amzn-errortype'], 'ForbiddenException:');
  assert.deepEqual(Object.keys(json), ['message', 'traceId']);
  assert.match(json.message, words);
  assert.match(json.traceId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
}

for (const keys of Object.keys(KEYS)) {
  test(`the SDK does its thing's job with a certificate (${keys}), and none of another thing's`, async (t) => {
    const world = new World(t);
    const server = await deviceServer(world);
    const client = deviceClient(world, server, await makeCertificate(world, server, THING, { keys }));
    const pending = await client.send(new GetPendingJobExecutionsCommand({ thingName: THING }));
    assert.deepEqual(pending.queuedJobs.map((job) => job.jobId), [JOB]);
    const started = await client.send(new StartNextPendingJobExecutionCommand({ thingName: THING }));
    assert.equal(started.execution.status, 'IN_PROGRESS');
    const described = await client.send(new DescribeJobExecutionCommand({ thingName: THING, jobId: JOB }));
    assert.equal(described.execution.status, 'IN_PROGRESS');
    for (const command of [
      new GetPendingJobExecutionsCommand({ thingName: OTHER }),
      new StartNextPendingJobExecutionCommand({ thingName: OTHER }),
      new DescribeJobExecutionCommand({ thingName: OTHER, jobId: JOB }),
      new UpdateJobExecutionCommand({ thingName: OTHER, jobId: JOB, status: 'FAILED' }),
    ]) {
      await assert.rejects(client.send(command), (error) => {
        assert.equal(error.name, 'ForbiddenException');
        assert.equal(error.$metadata.httpStatusCode, 403);
        assert.match(error.message, /stands for the thing pump/);
        return true;
      });
    }
    await client.send(new UpdateJobExecutionCommand({ thingName: THING, jobId: JOB, status: 'SUCCEEDED' }));
    const { json } = await server.http('GET', `/jobs/${JOB}/things`);
    const statuses = json.executionSummaries.map((each) => [each.thingArn, each.jobExecutionSummary.status]);
    assert.deepEqual(Object.fromEntries(statuses), { [thingArn(THING)]: 'SUCCEEDED', [thingArn(OTHER)]: 'QUEUED' });
  });
}

test('a certificate is for the data plane of its thing alone; without one, anybody does anything', async (t) => {
  const world = new World(t);
  const server = await deviceServer(world);
  const credentials = await makeCertificate(world, server, THING);
  const { ca } = credentials;
  const routes = [`/things/${OTHER}/jobs`, '/jobs', `/things/${THING}`, '/policies', '/_iotjobs/info'];
  for (const route of routes) assertForbidden(await ask(server, credentials, route), /stands for the thing pump/);
  const start = { method: 'PUT', body: {} };
  assertForbidden(await ask(server, credentials, `/things/${OTHER}/jobs/$next`, start), /stands for the thing pump/);
  assert.equal((await ask(server, credentials, `/things/${THING}/jobs/$next`, start)).json.execution.jobId, JOB);
  assert.equal((await ask(server, { ca }, `/things/${OTHER}/jobs/$next`, start)).json.execution.jobId, JOB);
  assert.equal((await ask(server, { ca }, '/jobs')).status, 200);
});

test('a certificate that does not count is refused everything, and the log says so once a connection', async (t) => {
  const world = new World(t);
  const server = await deviceServer(world);
  const stranger = await makeCertificate(world, server, THING, { signer: await makeCa(world) });
  const { fingerprint256 } = new X509Certificate(stranger.cert);
  const agent = new https.Agent({ ...stranger, keepAlive: true, maxSockets: 1 });
  world.onClose(() => agent.destroy());
  for (const route of [`/things/${THING}/jobs`, '/jobs', '/_iotjobs/health']) {
    assertForbidden(await ask(server, { agent }, route), /no CA that this server trusts has signed it/);
  }
  await server.stop();
  const lines = server.process.errors.split('\n').filter((line) => line.includes('client_certificate '));
  assert.equal(lines.length, 1, server.process.errors);
  assert.ok(lines[0].includes(`id=${fingerprint256.replaceAll(':', '').toLowerCase()} refused=`), lines[0]);
});

test('tls_client_ca names the CAs of devices instead of ours', async (t) => {
  const world = new World(t);
  const signer = await makeCa(world);
  const server = await deviceServer(world, { tlsClientCa: path.join(signer, 'ca.pem') });
  const credentials = await makeCertificate(world, server, THING, { signer });
  assert.equal((await ask(server, credentials, `/things/${THING}/jobs`)).status, 200);
  assertForbidden(await ask(server, credentials, `/things/${OTHER}/jobs`), /stands for the thing pump/);
  const ours = await makeCertificate(world, server, THING);
  assertForbidden(await ask(server, ours, `/things/${THING}/jobs`), /no CA that this server trusts has signed it/);
  assert.deepEqual((await readdir(certsOf(server))).sort(), ['ca.key', 'ca.pem', 'server.key', 'server.pem']);
});

test("with the operator's own server certificate, or in memory, nobody is asked until CAs are named", async (t) => {
  const world = new World(t);
  const elsewhere = await deviceServer(world);
  const certs = certsOf(elsewhere);
  const own = { tlsCertificate: path.join(certs, 'server.pem'), tlsKey: path.join(certs, 'server.key') };
  const stranger = await makeCertificate(world, elsewhere, THING, { signer: await makeCa(world) });
  const health = '/_iotjobs/health';
  const server = await world.server({ httpsPort: await freePort(), ...own });
  assert.equal((await ask(server, stranger, health)).status, 200);
  await server.stop();
  await server.restart({ tlsClientCa: path.join(certs, 'ca.pem') });
  assertForbidden(await ask(server, stranger, health), /no CA that this server trusts has signed it/);
  const inMemory = await world.server({ httpsPort: await freePort() });
  const ca = await (await fetch(`${inMemory.url}/_iotjobs/ca.pem`)).text();
  assert.equal((await ask(inMemory, { ...stranger, ca }, health)).status, 200);
});

test('CAs that cannot be used are one line that names the file, and status 1', async (t) => {
  const world = new World(t);
  const file = path.join(await world.temporaryFolder(), 'clients.pem');
  await writeFile(file, 'nonsense');
  const settings = { ...(await freePorts()), httpsPort: await freePort(), inMemory: true, tlsClientCa: file };
  const launched = new Process(settings);
  const { code } = await launched.ended;
  assert.equal(code, 1, launched.errors);
  assert.equal(launched.errors, `iotjobsd: ${file} holds no certificate in PEM form\n`);
});
