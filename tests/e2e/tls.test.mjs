/* MQTT over TLS and HTTPS, as clients find them that know nothing but the CA's certificate. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import { Device, MqttClient } from './clients.mjs';
import { freePort, freePorts, Process, thingArn, WAIT_MS, World } from './support.mjs';

const THING = 'pump';
const JOB = 'fw-7';

const tlsPorts = async () => ({ httpsPort: await freePort(), mqttsPort: await freePort() });

async function tlsServer(world, settings = {}) {
  return world.server({ ...(await tlsPorts()), ...settings });
}

/* As a client gets it who has nothing yet. */
async function caOf(server) {
  const answer = await fetch(`${server.url}/_iotjobs/ca.pem`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/x-pem-file');
  return answer.text();
}

async function caFileOf(world, server) {
  const file = path.join(await world.temporaryFolder(), 'ca.pem');
  await writeFile(file, await caOf(server));
  return file;
}

/* One request over HTTPS, unsigned. */
function ask(server, ca, route, { method = 'GET', body, headers, host = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const options = {
      host,
      port: server.settings.httpsPort,
      servername: host === 'localhost' ? host : undefined, // not what a Host header says
      path: route,
      method,
      headers,
      ca,
      agent: false,
      timeout: WAIT_MS,
    };
    const request = https.request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, json: JSON.parse(text) }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${route}`))).on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

async function givenJob(server) {
  assert.equal((await server.http('POST', `/things/${THING}`, { body: {} })).status, 200);
  const body = { targets: [thingArn(THING)], document: '{"op":"noop"}' };
  assert.equal((await server.http('PUT', `/jobs/${JOB}`, { body })).status, 200);
}

/* `openssl s_client` with these arguments: whether it came to a connection, and what it said. */
function sClient(port, ...args) {
  return new Promise((resolve) => {
    const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-verify_return_error', ...args];
    const child = execFile('openssl', all, { timeout: WAIT_MS }, (error, output, errors) => {
      resolve({ connected: !error, said: output + errors });
    });
    child.stdin.end();
  });
}

test('a job is done by mqtt.js over TLS', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const client = await MqttClient.connect(world, server, { clientId: THING, ca: await caOf(server) });
  const topics = `$aws/things/${THING}/jobs`;
  await client.subscribe(`${topics}/notify-next`);
  await givenJob(server);
  assert.equal((await client.next(`${topics}/notify-next`)).execution.jobId, JOB);
  const { accepted } = await client.ask(`${topics}/start-next`, {});
  assert.deepEqual(accepted.execution.jobDocument, { op: 'noop' });
  await client.ask(`${topics}/${JOB}/update`, { status: 'SUCCEEDED' });
  const { json } = await server.http('GET', `/jobs/${JOB}`);
  assert.equal(json.job.status, 'COMPLETED');
});

for (const protocol of [5, 311]) {
  test(`the device SDK does a job over TLS with MQTT ${protocol}`, async (t) => {
    const world = new World(t);
    const server = await tlsServer(world);
    const device = await Device.connect(world, server, { thing: THING, protocol, caFile: await caFileOf(world, server) });
    await givenJob(server);
    await device.nextNotifyNext();
    const { execution } = await device.startNext();
    assert.equal(execution.jobId, JOB);
    await device.update(JOB, { status: 'SUCCEEDED' });
  });
}

test('a client that does not trust the CA does not talk to the server', async (t) => {
  const server = await tlsServer(new World(t));
  await assert.rejects(ask(server, undefined, '/_iotjobs/health'), /self.signed|SELF_SIGNED/);
});

test('over HTTPS, unsigned requests mean the data plane; a signature or the Host may say otherwise', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const ca = await caOf(server);
  const route = `/things/${THING}/jobs`;
  await givenJob(server);
  for (const host of ['127.0.0.1', 'localhost']) {
    const { status, json } = await ask(server, ca, route, { host });
    assert.equal(status, 200);
    assert.deepEqual(json.queuedJobs.map((job) => job.jobId), [JOB]);
  }
  const started = await ask(server, ca, `${route}/$next`, { method: 'PUT', body: {} });
  assert.equal(started.json.execution.status, 'IN_PROGRESS');
  const control = await ask(server, ca, route, { host: 'localhost', headers: { host: 'iot.eu-central-1.amazonaws.com' } });
  assert.deepEqual(control.json.executionSummaries.map((each) => each.jobId), [JOB]);
});

test('TLS 1.2 and 1.3 are spoken at both ports, TLS 1.1 at none, and nobody is asked for a certificate', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const caFile = await caFileOf(world, server);
  for (const port of [server.settings.httpsPort, server.settings.mqttsPort]) {
    for (const version of ['-tls1_2', '-tls1_3']) {
      const { connected, said } = await sClient(port, version, '-CAfile', caFile, '-verify_ip', '127.0.0.1', '-x509_strict');
      assert.ok(connected, `${version} at ${port}: ${said}`);
      assert.match(said, /No client certificate CA names sent/);
    }
    const old = await sClient(port, '-tls1_1', '-cipher', 'DEFAULT:@SECLEVEL=0', '-CAfile', caFile);
    assert.ok(!old.connected, `-tls1_1 at ${port}: ${old.said}`);
  }
});

test('the welcome names both ports and where the CA certificate is', async (t) => {
  const server = await tlsServer(new World(t));
  const { output } = server.process;
  assert.ok(output.includes(`https://127.0.0.1:${server.settings.httpsPort}\n`), output);
  assert.ok(output.includes(`mqtts://127.0.0.1:${server.settings.mqttsPort}\n`), output);
  const [, url] = output.match(/^ {2}CA certificate +(\S+)$/m);
  assert.equal(await (await fetch(url)).text(), await caOf(server));
});

test('a server in memory has its certificates in no folder', async (t) => {
  const world = new World(t);
  const cwd = await world.temporaryFolder();
  const server = new Process({ ...(await freePorts()), ...(await tlsPorts()), inMemory: true }, { cwd });
  world.onClose(() => server.end('SIGTERM'));
  const readyMs = await server.started();
  const links = await readdir(`/proc/${server.pid}/fd`);
  const targets = await Promise.all(links.map((fd) => readlink(`/proc/${server.pid}/fd/${fd}`).catch(() => '')));
  const named = targets.filter((target) => /\.(pem|key)\b/.test(target));
  assert.deepEqual(named.sort(), ['ca.pem', 'server.key', 'server.pem'].map((name) => `/memfd:${name} (deleted)`));
  await server.end('SIGTERM');
  assert.deepEqual(await readdir(cwd), []);
  t.diagnostic(`ready in memory, with TLS, after ${readyMs.toFixed(0)} ms`);
});

test('a server with a data folder keeps its certificates there, for its user alone', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world, { durable: true });
  const folder = path.join(server.settings.data, 'certs');
  assert.deepEqual((await readdir(folder)).sort(), ['ca.key', 'ca.pem', 'server.key', 'server.pem']);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  for (const key of ['ca.key', 'server.key']) assert.equal((await stat(path.join(folder, key))).mode & 0o777, 0o600);
  const before = await readFile(path.join(folder, 'server.pem'), 'utf8');
  const ca = await caOf(server);
  await server.stop();
  await server.restart();
  assert.equal(await readFile(path.join(folder, 'server.pem'), 'utf8'), before);
  assert.equal((await ask(server, ca, '/_iotjobs/health')).status, 200);
});

test('without TLS ports there are neither certificates nor a CA to ask for', async (t) => {
  const server = await new World(t).server({ durable: true });
  const answer = await server.http('GET', '/_iotjobs/ca.pem');
  assert.equal(answer.status, 404);
  assert.equal(answer.json.code, 'ResourceNotFoundException');
  assert.equal(existsSync(path.join(server.settings.data, 'certs')), false);
  assert.doesNotMatch(server.process.output, /CA certificate/);
});

test("the operator's own certificate is shown at both ports", async (t) => {
  const world = new World(t);
  const elsewhere = await tlsServer(world, { durable: true });
  const certs = path.join(elsewhere.settings.data, 'certs');
  const own = { tlsCertificate: path.join(certs, 'server.pem'), tlsKey: path.join(certs, 'server.key') };
  const server = await tlsServer(world, own);
  const { raw } = new X509Certificate(await readFile(own.tlsCertificate));
  assert.equal(await caOf(server), await caOf(elsewhere));
  for (const port of [server.settings.httpsPort, server.settings.mqttsPort]) {
    const { said } = await sClient(port, '-CAfile', path.join(certs, 'ca.pem'));
    assert.deepEqual(new X509Certificate(said.slice(said.indexOf('-----BEGIN'))).raw, raw);
  }
});

test('certificates that cannot be used are one line that names the file, and status 1', async (t) => {
  const data = path.join(await new World(t).temporaryFolder(), 'data');
  await mkdir(path.join(data, 'certs'), { recursive: true });
  await writeFile(path.join(data, 'certs', 'server.pem'), 'nonsense');
  for (const [settings, named] of [
    [{ data }, path.join(data, 'certs', 'server.pem')],
    [{ inMemory: true, tlsCertificate: '/nonexistent/a.pem', tlsKey: '/nonexistent/a.key' }, '/nonexistent/a.pem'],
  ]) {
    const launched = new Process({ ...(await freePorts()), ...(await tlsPorts()), ...settings });
    const { code } = await launched.ended;
    assert.equal(code, 1, launched.errors);
    assert.equal(launched.errors.trimEnd().split('\n').length, 1, launched.errors);
    assert.ok(launched.errors.includes(named), launched.errors);
  }
});
