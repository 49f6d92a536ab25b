/* What the TLS listeners speak and refuse, as `openssl s_client` and AWS's clients find it; and their certificate, which is
 * renewed while the server runs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';

import { CreateThingCommand, IoTClient, ListThingsCommand } from '@aws-sdk/client-iot';

import { awsDoes, MqttClient } from './clients.mjs';
import { freePort, Process, freePorts, REGION, thingArn, WAIT_MS, within, World } from './support.mjs';

const DAY_MS = 24 * 3600 * 1000;
const run = promisify(execFile);

/* Every listener of TLS that there can be: two for MQTT, one for devices, and one for everybody else. */
async function tlsServer(world, settings = { httpTls: true }) {
  const mqttsPorts = [await freePort(), await freePort()];
  const server = await world.server({
    durable: true,
    httpsPort: await freePort(),
    mqttsPort: mqttsPorts.join(','),
    ...settings,
  });
  server.mqttsPorts = mqttsPorts;
  server.httpsPorts = [server.settings.httpPort, server.settings.httpsPort];
  server.tlsPorts = [...server.httpsPorts, ...mqttsPorts];
  server.certs = path.join(server.settings.data, 'certs');
  server.caFile = path.join(server.certs, 'ca.pem');
  server.ca = await readFile(server.caFile, 'utf8');
  return server;
}

/* `openssl s_client` with these arguments: whether it came to a connection, and what it said. Old protocols and ciphers are
 * not refused by the client. */
function sClient(server, port, ...args) {
  return new Promise((resolve) => {
    const all = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', server.caFile, '-verify_return_error', ...args];
    const child = execFile('openssl', all, { timeout: WAIT_MS }, (error, output, errors) => {
      resolve({ connected: !error, said: output + errors });
    });
    child.stdin.end();
  });
}

/* A connection, by default one that trusts the server; it ends with the test. */
async function connect(world, server, port, options = {}) {
  const socket = tls.connect({ host: '127.0.0.1', port, ca: server.ca, ...options });
  world.onClose(() => socket.destroy());
  await within(WAIT_MS, `a TLS connection to ${port}`, new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
  }));
  socket.on('error', () => {}); // of what comes later
  return socket;
}

async function certificateAt(world, server, port) {
  const socket = await connect(world, server, port);
  const { raw } = socket.getPeerX509Certificate();
  socket.destroy();
  return new X509Certificate(raw);
}

test('TLS 1.2 and 1.3 are spoken at every port, and nothing older', async (t) => {
  const server = await tlsServer(new World(t));
  for (const port of server.tlsPorts) {
    for (const version of ['-tls1_2', '-tls1_3']) {
      const { connected, said } = await sClient(server, port, version, '-verify_ip', '127.0.0.1', '-x509_strict');
      assert.ok(connected, `${version} at ${port}: ${said}`);
      assert.match(said, /Compression: NONE/);
    }
    for (const version of ['-tls1', '-tls1_1']) {
      const { connected, said } = await sClient(server, port, version, '-cipher', 'DEFAULT:@SECLEVEL=0');
      assert.ok(!connected, `${version} at ${port}: ${said}`);
    }
  }
});

test('ciphers that authenticate and forget their keys are spoken, and no others', async (t) => {
  const server = await tlsServer(new World(t));
  const good = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'];
  const bad = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256', 'AES256-SHA', 'aNULL', 'eNULL'];
  for (const port of server.tlsPorts) {
    for (const cipher of [...good, ...bad]) {
      const { connected, said } = await sClient(server, port, '-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`);
      assert.equal(connected, good.includes(cipher), `${cipher} at ${port}: ${said}`);
    }
  }
});

test('nobody shakes hands a second time on a connection', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  for (const port of server.tlsPorts) {
    const socket = await connect(world, server, port, { maxVersion: 'TLSv1.2' });
    const refused = new Promise((resolve) => {
      socket.once('close', () => resolve('closed')).once('error', () => resolve('refused'));
      socket.renegotiate({}, (error) => resolve(error ? 'refused' : 'done'));
    });
    assert.notEqual(await within(WAIT_MS, `renegotiation at ${port} to be refused`, refused), 'done');
  }
});

/* A connection to HTTPS, whose session comes with the first answer at the latest. */
async function sessionOf(world, server, port, version) {
  const socket = await connect(world, server, port, { minVersion: version, maxVersion: version });
  let session = socket.getSession();
  socket.on('session', (given) => {
    session = given;
  });
  socket.write('GET /_iotjobs/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  socket.resume();
  await within(WAIT_MS, 'the answer', new Promise((resolve) => {
    socket.once('close', resolve);
  }));
  return session;
}

test('sessions of HTTPS are not resumed', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  for (const port of server.httpsPorts) {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const session = await sessionOf(world, server, port, version);
      const again = await connect(world, server, port, { minVersion: version, maxVersion: version, session });
      assert.ok(!again.isSessionReused(), `${version} at ${port}`);
    }
  }
});

test("names of AWS's protocols and hosts are tolerated at every port", async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const offers = [['x-amzn-mqtt-ca'], ['mqtt'], ['x-amzn-http-ca'], ['x-amzn-http-ca', 'http/1.1'], ['h2', 'http/1.1'], ['h2']];
  const servername = 'a1b2c3-ats.iot.eu-central-1.amazonaws.com';
  for (const port of server.tlsPorts) {
    for (const ALPNProtocols of offers) {
      const socket = await connect(world, server, port, { ALPNProtocols, servername, checkServerIdentity: () => undefined });
      assert.ok(socket.authorized);
      const expected = server.settings.httpsPort === port && ALPNProtocols.includes('x-amzn-http-ca') ? 'x-amzn-http-ca' : undefined;
      if (expected) assert.equal(socket.alpnProtocol, expected);
      socket.destroy();
    }
  }
});

test('a job is done at each of two ports of MQTT', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world, {});
  for (const [i, mqttsPort] of server.mqttsPorts.entries()) {
    const thing = `pump${i}`;
    const at = { settings: { ...server.settings, mqttsPort } };
    const client = await MqttClient.connect(world, at, { clientId: thing, ca: server.ca });
    await client.subscribe(`$aws/things/${thing}/jobs/notify-next`);
    assert.equal((await server.http('POST', `/things/${thing}`, { body: {} })).status, 200);
    const body = { targets: [thingArn(thing)], document: '{"op":"noop"}' };
    assert.equal((await server.http('PUT', `/jobs/fw-${i}`, { body })).status, 200);
    assert.equal((await client.next(`$aws/things/${thing}/jobs/notify-next`)).execution.jobId, `fw-${i}`);
  }
  for (const port of server.mqttsPorts) {
    assert.ok(server.process.output.includes(`mqtts://127.0.0.1:${port}\n`), server.process.output);
  }
});

test('the SDK and the CLI reach the control plane over HTTPS at http_port', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const endpoint = `https://127.0.0.1:${server.settings.httpPort}`;
  assert.ok(server.process.output.includes(`${endpoint}\n`), server.process.output);
  assert.ok(server.process.output.includes(`${endpoint}/_iotjobs/ca.pem\n`), server.process.output);
  const httpsAgent = new https.Agent({ ca: server.ca });
  const credentials = { accessKeyId: 'dummy', secretAccessKey: 'dummy' };
  const client = new IoTClient({ endpoint, region: REGION, credentials, maxAttempts: 1, requestHandler: { httpsAgent } });
  world.onClose(() => client.destroy());
  await client.send(new CreateThingCommand({ thingName: 'pump' }));
  const { things } = await client.send(new ListThingsCommand({}));
  assert.deepEqual(things.map((thing) => thing.thingName), ['pump']);
  const listed = await awsDoes({ url: endpoint }, 'iot', 'list-things', '--ca-bundle', server.caFile);
  assert.deepEqual(listed.things.map((thing) => thing.thingName), ['pump']);
});

test('what would send secrets over HTTP through a network does not start', async () => {
  const launched = new Process({ ...(await freePorts()), mqttPort: 0, inMemory: true, auth: 'enforce', bind: '0.0.0.0' });
  const { code } = await launched.ended;
  assert.equal(code, 1);
  assert.match(launched.errors, /^iotjobsd: http_port: speaks HTTP, .* set http_tls to true, or http_port to 0/);
  assert.equal(launched.errors.trimEnd().split('\n').length, 1, launched.errors);
});

/* A certificate of the server's own CA that has two of its hundred days left, in place of the one that is there. */
async function letCertificateAge(world, server) {
  const folder = await world.temporaryFolder();
  const [request, config, names] = ['server.csr', 'ca.cnf', 'names'].map((name) => path.join(folder, name));
  const [certificate, key, caKey] = ['server.pem', 'server.key', 'ca.key'].map((name) => path.join(server.certs, name));
  const utc = (ms) => `${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')}`;
  await writeFile(names, 'subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n');
  const policy = '[any]\ncommonName=optional\n';
  await writeFile(config, `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index\nserial=${folder}/serial\npolicy=any\n${policy}`);
  await writeFile(path.join(folder, 'index'), '');
  await writeFile(path.join(folder, 'serial'), '0A\n');
  await run('openssl', ['req', '-new', '-key', key, '-subj', '/CN=old', '-out', request]);
  const dates = ['-startdate', utc(Date.now() - 98 * DAY_MS), '-enddate', utc(Date.now() + 2 * DAY_MS)];
  const by = ['-config', config, '-cert', server.caFile, '-keyfile', caKey, '-md', 'sha256', '-batch', '-notext'];
  const made = path.join(folder, 'old.pem');
  await run('openssl', ['ca', ...by, '-in', request, '-extfile', names, '-outdir', folder, ...dates, '-out', made]);
  await writeFile(certificate, (await readFile(made, 'utf8')) + server.ca);
}

/* Asks until it is so, on connection after connection. */
async function until(what, holds) {
  const began = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - began < WAIT_MS, `not so in time: ${what}`);
    await new Promise(setImmediate); // whoever has news must be heard
  }
}

const daysLeft = (certificate) => (Date.parse(certificate.validTo) - Date.now()) / DAY_MS;

test('a certificate that ends soon is made anew and shown without a restart', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const before = await certificateAt(world, server, server.settings.httpsPort);
  const open = await connect(world, server, server.settings.httpsPort);
  await letCertificateAge(world, server);
  process.kill(server.process.pid, 'SIGHUP');
  for (const port of server.httpsPorts) {
    await until(`another certificate at ${port}`, async () => {
      const now = await certificateAt(world, server, port);
      return now.fingerprint256 !== before.fingerprint256 && daysLeft(now) > 300;
    });
  }
  const renewed = new X509Certificate(await readFile(path.join(server.certs, 'server.pem')));
  assert.ok(daysLeft(renewed) > 300);
  assert.equal(open.destroyed, false);
  open.write('GET /_iotjobs/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(Buffer.concat(await open.toArray()).toString(), /"certificate":"ok"/);
  process.kill(server.process.pid, 'SIGHUP'); // at which the broker reads its files itself
  for (const port of server.mqttsPorts) {
    await until(`the renewed certificate at ${port}`, async () =>
      (await certificateAt(world, server, port)).fingerprint256 === renewed.fingerprint256);
  }
});

test('a certificate that cannot be used leaves the old one in force', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const before = await certificateAt(world, server, server.settings.httpsPort);
  await writeFile(path.join(server.certs, 'server.key'), 'nonsense');
  process.kill(server.process.pid, 'SIGHUP');
  await until('the log says why', async () => /server_certificate .*server\.key holds no private key/.test(server.process.errors));
  const now = await certificateAt(world, server, server.settings.httpsPort);
  assert.equal(now.fingerprint256, before.fingerprint256);
});
