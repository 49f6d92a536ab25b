/* Who means harm, or is broken, harms himself: the server hangs up on him and answers everybody else meanwhile. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { eventually, freePort, WAIT_MS, within, World } from './support.mjs';

const THING = 'pump';
const DRIP_MS = 50;
const DEADLINE_MS = 1000;
const PER_ADDRESS = 500;
const impatient = { httpHeaderTimeout: '1s', httpBodyTimeout: '1s' };

/* A raw connection that writes down what it gets. */
class Socket {
  constructor(world, port, { localAddress } = {}) {
    this.text = '';
    this.began = performance.now();
    this.socket = connect({ port, host: '127.0.0.1', localAddress });
    this.socket.on('error', () => {}); // a reset will do as well as an end
    this.socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1');
    });
    this.connected = new Promise((resolve) => this.socket.on('connect', resolve));
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve(performance.now() - this.began)));
    world.onClose(() => this.socket.destroy());
  }

  send(text) {
    this.socket.write(text, 'latin1');
    return this;
  }

  /* Repeats a few bytes for as long as somebody takes them. */
  drip(text) {
    const timer = setInterval(() => this.socket.write(text, 'latin1'), DRIP_MS);
    this.socket.on('close', () => clearInterval(timer));
    return this;
  }

  hungUpOn() {
    return within(WAIT_MS, `the server to hang up; it said: ${this.text.slice(0, 200)}`, this.closed);
  }
}

const healthy = async (server) => assert.equal((await server.http('GET', '/_iotjobs/health')).status, 200);

/* Unsigned, as an open server takes it. */
async function makeBucket(server) {
  const { status } = await fetch(`${server.url}/_s3/fws`, { method: 'PUT' });
  assert.equal(status, 200);
}

test('HTTP: requests that are too large are refused, and so is what is none', async (t) => {
  const world = new World(t);
  const server = await world.server();
  const head = 'GET /things HTTP/1.1\r\nHost: x\r\n';
  const cases = [
    ['a URL of 100,000 bytes', `GET /things?x=${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, /^HTTP\/1.1 414 /],
    ['a header of 100,000 bytes', `${head}X-Junk: ${'a'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['2,000 headers', `${head}${'X-Junk: a\r\n'.repeat(2000)}\r\n`, /^HTTP\/1.1 431 /],
    ['2,000 cookies', `${head}Cookie: ${'a=b;'.repeat(2000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['2,000 parameters', `GET /things?${'a=b&'.repeat(2000)} HTTP/1.1\r\nHost: x\r\n\r\n`, /^$/],
    ['a request line without a version', 'GET /things\r\n\r\n', /^HTTP\/1.1 400 /],
    ['lines that are no requests', 'lorem\r\nipsum\r\n'.repeat(1000), /^(HTTP\/1.1 4\d\d |$)/],
    ['empty lines', '\r\n'.repeat(100_000), /^(HTTP\/1.1 4\d\d |$)/],
    ['junk behind a good request', `${head}\r\n${'lorem ipsum\r\n'.repeat(1000)}`, /^HTTP\/1.1 200 /],
    ['a length that is negative', `POST /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`, /^HTTP\/1.1 400 /],
    ['a chunk of 2^64 bytes', `POST /things/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n`, /^(HTTP\/1.1 4\d\d |$)/],
  ];
  for (const [what, text, answer] of cases) {
    await t.test(what, async () => {
      const socket = new Socket(world, server.settings.httpPort).send(text);
      await socket.hungUpOn();
      assert.match(socket.text, answer);
      await healthy(server);
    });
  }
});

test('HTTP: who dribbles loses his connection, however steadily he does it', async (t) => {
  const world = new World(t);
  const server = await world.server({ ...impatient, httpsPort: await freePort() });
  const { httpPort, httpsPort } = server.settings;
  await makeBucket(server);
  const post = 'POST /things/slow HTTP/1.1\r\nHost: x\r\n';
  const slow = {
    silence: new Socket(world, httpPort),
    'a request line': new Socket(world, httpPort).send('GET /').drip('a'),
    headers: new Socket(world, httpPort).send('GET / HTTP/1.1\r\n').drip('X-Junk: a\r\n'),
    'a body': new Socket(world, httpPort).send(`${post}Content-Length: 100000\r\n\r\n`).drip(' '),
    'a body in chunks': new Socket(world, httpPort).send(`${post}Transfer-Encoding: chunked\r\n\r\n`).drip('1\r\n \r\n'),
    'an upload': new Socket(world, httpPort).send('PUT /_s3/fws/k HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n').drip(' '),
    'no TLS handshake': new Socket(world, httpsPort),
    'half a TLS handshake': new Socket(world, httpsPort).send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
    'a TLS handshake': new Socket(world, httpsPort).send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03').drip('a'),
  };
  await healthy(server); // meanwhile
  for (const [what, socket] of Object.entries(slow)) {
    await t.test(what, async () => {
      const afterMs = await socket.hungUpOn();
      assert.ok(afterMs >= DEADLINE_MS, `after ${afterMs} ms`);
      assert.equal(socket.text, '');
    });
  }
  const { json } = await server.http('GET', '/_iotjobs/info');
  assert.equal(json.http.closed_as_late, Object.keys(slow).length);
  await healthy(server);
});

test('HTTP: an upload that is steady may take longer than any deadline', async (t) => {
  const world = new World(t);
  const server = await world.server(impatient);
  await makeBucket(server);
  const pieces = 50;
  const piece = 'a'.repeat(1000);
  const socket = new Socket(world, server.settings.httpPort)
    .send(`PUT /_s3/fws/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${pieces * piece.length}\r\n\r\n`);
  let sent = 0;
  const timer = setInterval(() => {
    socket.send(piece);
    sent += 1;
    if (sent === pieces) clearInterval(timer);
  }, DRIP_MS);
  world.onClose(() => clearInterval(timer));
  const afterMs = await socket.hungUpOn();
  assert.match(socket.text, /^HTTP\/1.1 200 /);
  assert.ok(afterMs > 2 * DEADLINE_MS, `after ${afterMs} ms`);
});

test('HTTP: one address gets its share of the connections, and others are served', async (t) => {
  const world = new World(t);
  const server = await world.server();
  const sockets = Array.from({ length: 2 * PER_ADDRESS }, () => new Socket(world, server.settings.httpPort, { localAddress: '127.0.0.2' }));
  await within(WAIT_MS, 'all connections', Promise.all(sockets.map((socket) => socket.connected)));
  let closed = 0;
  for (const socket of sockets) socket.closed.then(() => { closed += 1; });
  await eventually('the server to hang up on all but 500', () => closed === PER_ADDRESS);
  await healthy(server);
  assert.equal(closed, PER_ADDRESS);
});

test('MQTT: a device that publishes without end keeps nobody else from being served', async (t) => {
  const world = new World(t);
  const server = await world.server({ inboxLimit: 1000 });
  await server.createThing(THING);
  const flooder = await MqttClient.connect(world, server, { clientId: 'flooder' });
  const other = await MqttClient.connect(world, server, { clientId: THING });
  flooder.client.stream.setMaxListeners(0); // each publish that waits is one
  const requests = 5000;
  const flood = Array.from({ length: requests }, () => flooder.client.publishAsync('$aws/things/none/jobs/get', '{}', { qos: 0 }));
  for (let i = 0; i < 50; i++) {
    const { accepted } = await other.ask(`$aws/things/${THING}/jobs/get`, {}, { qos: 0 });
    assert.deepEqual(accepted.queuedJobs, []);
  }
  await within(WAIT_MS, 'the flood', Promise.all(flood));
  await eventually('an answer to each request', () => flooder.inbox.all.length === requests);
  const codes = new Set(flooder.inbox.all.map((answer) => answer.payload.code));
  for (const code of codes) assert.ok(['ResourceNotFound', 'RequestThrottled'].includes(code), code);
  await healthy(server);
});

test('MQTT: a device above its rate is throttled, and nobody else is', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer({ deviceRateLimit: 5 });
  await server.createThing(THING);
  await server.createThing('fan');
  const device = await MqttClient.connect(world, server, { clientId: THING });
  const get = async (thing) => {
    const { rejected } = await device.ask(`$aws/things/${thing}/jobs/get`, { clientToken: 't' });
    return rejected?.code;
  };
  for (let i = 0; i < 5; i++) assert.equal(await get(THING), undefined);
  assert.equal(await get(THING), 'RequestThrottled');
  const http = await server.http('GET', `/things/${THING}/jobs`, { service: 'iot-jobs-data' });
  assert.equal(http.status, 429);
  assert.equal(http.errorType, 'ThrottlingException');
  assert.equal(await get('fan'), undefined);
  await server.advance('PT1S');
  assert.equal(await get(THING), undefined);
});
