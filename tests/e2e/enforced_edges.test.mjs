/*
 * auth = enforce where the broker decides more than it asks: what waits in a session, what is retained, what a certificate's
 * key costs.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';

import { allow, arn, EnforcingServer } from './enforcing.mjs';
import { eventually, within, WAIT_MS, World } from './support.mjs';

const run = promisify(execFile);
const ALL = [allow('iot:*', '*')];
const VERSIONS = [4, 5];

/* A session that outlasts its connection. */
const lasting = (protocolVersion) => ({ protocolVersion, clean: false, properties: protocolVersion === 5 ? { sessionExpiryInterval: 3600 } : undefined });

async function stage(t) {
  const server = await EnforcingServer.start(new World(t));
  await server.policy('all', ALL);
  await server.policy('a', ALL);
  const a = await server.device('pump', 'a');
  const b = await server.device('valve', 'all');
  return { server, a, b };
}

for (const version of VERSIONS) {
  test(`what is retained is delivered to who may receive it, and to nobody else (MQTT version ${version})`, async (t) => {
    const { server, a, b } = await stage(t);
    const publisher = await server.connect(b, { protocolVersion: version });
    await publisher.published('plant/state', { retain: true });
    await publisher.published('plant/secret', { retain: true });
    await publisher.leave();
    await server.policyBecomes('a', [...ALL, { ...allow('iot:Receive', arn('topic/plant/secret')), Effect: 'Deny' }]);
    const subscriber = await server.connect(a, { protocolVersion: version });
    await subscriber.subscribed('plant/#');
    await subscriber.packet('the retained message', ({ topic }) => topic === 'plant/state');
    await subscriber.assertAlive();
    assert.deepEqual(subscriber.heard, ['plant/state']);
  });

  test(`what waits for a device that is away is not delivered once a policy denies it (MQTT version ${version})`, async (t) => {
    const { server, a, b } = await stage(t);
    const before = await server.connect(a, lasting(version));
    await before.subscribed('plant/#');
    await before.leave();
    const publisher = await server.connect(b, { protocolVersion: version });
    await publisher.published('plant/secret');
    await publisher.published('plant/state');
    await server.policyBecomes('a', [...ALL, { ...allow('iot:Receive', arn('topic/plant/secret')), Effect: 'Deny' }]);
    const after = await server.connect(a, lasting(version));
    await after.packet('what waited', ({ topic }) => topic === 'plant/state');
    await publisher.published('plant/secret');
    await publisher.published('plant/state');
    await after.packet('what came later', () => after.heard.length >= 2);
    await after.assertAlive();
    assert.deepEqual(after.heard, ['plant/state', 'plant/state']);
  });
}

for (const version of VERSIONS) {
  test(`an answer reaches nobody who may not receive it, subscribed or not (MQTT version ${version})`, async (t) => {
    const { server, a, b } = await stage(t);
    const jobs = '$aws/things/pump/jobs';
    await server.job('fw', 'pump');
    const [denied, allowed] = [await server.connect(a, { protocolVersion: version }), await server.connect(b, { protocolVersion: version })];
    await allowed.subscribed('plant/state');
    await server.policyBecomes('a', [allow(['iot:Connect', 'iot:Publish', 'iot:Subscribe'], '*'), allow('iot:Receive', arn('topic/plant/*'))]);
    await denied.published(`${jobs}/fw/get`);
    await denied.subscribed(`${jobs}/fw/get/+`, 'plant/state');
    await denied.published(`${jobs}/fw/get`);
    await allowed.published(`${jobs}/fw/get`);
    await allowed.packet('the answer', ({ topic }) => topic === `${jobs}/fw/get/accepted`);
    await allowed.published('plant/state'); // what comes before it is there by then
    await denied.packet('the end of it', ({ topic }) => topic === 'plant/state');
    assert.deepEqual(denied.heard, ['plant/state']);
    await server.assertDenied(a, 'iot:Receive', arn(`topic/${jobs}/fw/get/accepted`));
  });
}

/* The broker reads its configuration again, and forgets a part of it. */
async function readAgain(server) {
  const times = () => server.server.process.errors.split('Reloading config').length;
  const before = times();
  process.kill(server.server.process.pid, 'SIGHUP');
  await eventually('the configuration to be read again', () => times() > before);
}

for (const version of VERSIONS) {
  test(`after a SIGHUP a request at QoS 2 is not taken either (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    await readAgain(server);
    const connection = await server.connect(a, { protocolVersion: version });
    connection.publish('$aws/things/pump/jobs/get', { qos: 2 });
    await connection.end();
    assert.ok(!connection.has('pubrec', 'publish'));
  });
}

test('after a SIGHUP MQTT leaves HTTP its descriptors, too, however many connect who say nothing', async (t) => {
  const { server } = await stage(t);
  const [files, most, strangers] = [128, 64, 90];
  await run('prlimit', [`--pid=${server.server.process.pid}`, `--nofile=${files}:${files}`]);
  await readAgain(server);
  let closed = 0;
  for (let i = 0; i < strangers; i++) {
    const socket = net.connect(server.server.settings.mqttsPort, '127.0.0.1');
    socket.on('error', () => {}).on('data', () => {}).on('end', () => { closed++; });
    server.world.onClose(() => socket.destroy());
  }
  await eventually(`${strangers - most} to be closed; so far ${closed}`, () => closed === strangers - most);
  assert.equal((await fetch(`${server.server.url}/_iotjobs/health`)).status, 200);
});

test('a client whose key would take long to verify is refused by the broker in its handshake', async (t) => {
  const { server } = await stage(t);
  const folder = await server.world.temporaryFolder();
  const [key, certificate] = ['key', 'cert'].map((name) => path.join(folder, `${name}.pem`));
  const exponent = (2n ** 64n + 1n).toString();
  await run('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', `rsa_keygen_pubexp:${exponent}`, '-out', key]);
  await run('openssl', ['req', '-x509', '-new', '-key', key, '-out', certificate, '-subj', '/CN=pump']);
  const shown = { key: await readFile(key), cert: await readFile(certificate), ca: server.ca };
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const port = server.server.settings.mqttsPort;
    const socket = tls.connect({ host: '127.0.0.1', port, minVersion: version, maxVersion: version, ...shown });
    const failed = new Promise((resolve) => { socket.once('error', resolve); });
    const { code } = await within(WAIT_MS, `the alert of ${version}`, failed);
    assert.equal(code, 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE');
  }
});
