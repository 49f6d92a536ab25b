/* Who is connected to the broker is what the fleet index says, whatever becomes of the connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { eventually, freePort, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const connected = 'connectivity.connected:true';

async function index(server, connectivity = 'STATUS') {
  const body = {
    thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY', thingConnectivityIndexingMode: connectivity },
  };
  const { status, text } = await server.http('POST', '/indexing/config', { body });
  assert.equal(status, 200, text);
}

async function found(server, queryString) {
  const { status, json, text } = await server.http('POST', '/indices/search', { body: { queryString } });
  assert.equal(status, 200, text);
  return json.things;
}

/* What the index says of the thing's connectivity, once the query finds exactly these things. */
async function finds(server, queryString, ...names) {
  const things = await eventually(`${queryString} to find ${names}`, async () => {
    const these = await found(server, queryString);
    return JSON.stringify(these.map((each) => each.thingName)) === JSON.stringify(names) && these;
  });
  return things.map((each) => each.connectivity);
}

const reason = (why) => `connectivity.disconnectReason:${why}`;

async function stage(t, settings, ...things) {
  const world = new World(t);
  const server = await world.server(settings);
  for (const thing of things) await server.createThing(thing);
  return { world, server };
}

const connect = (world, server, options) => MqttClient.connect(world, server, { clientId: THING, ...options });

for (const protocolVersion of [4, 5]) {
  test(`a device that does nothing but connect is connected (MQTT ${protocolVersion})`, async (t) => {
    const { world, server } = await stage(t, {}, THING, 'other');
    await index(server);
    await finds(server, connected);
    const before = Date.now();
    const device = await connect(world, server, { protocolVersion, keepalive: 77 });
    const [said] = await finds(server, connected, THING);
    assert.ok(said.timestamp >= before - 1000 && said.timestamp <= Date.now());
    await finds(server, 'connectivity.keepAliveDuration:77 connectivity.cleanSession:true connectivity.clientId:demoDevice', THING);
    await device.leave();
    await finds(server, connected);
    const [gone] = await finds(server, 'connectivity.disconnectReason:*', THING);
    assert.equal(gone.connected, false);
  });
}

test('a device that shows a user name and a password is let in and is connected', async (t) => {
  const { world, server } = await stage(t, {}, THING);
  await index(server);
  await connect(world, server, { username: '?SDK=demo', password: 'secret' });
  await finds(server, connected, THING);
});

test('a device over WebSocket is connected until its socket breaks', async (t) => {
  const websocketPort = await freePort();
  const { world, server } = await stage(t, { websocketPort }, THING);
  await index(server);
  const device = await connect(world, server, { transport: 'ws' });
  await finds(server, connected, THING);
  device.client.stream.destroy();
  await finds(server, connected);
});

test('a device whose connection another one takes over stays connected', async (t) => {
  const { world, server } = await stage(t, {}, THING);
  await index(server);
  const first = await connect(world, server);
  await finds(server, connected, THING);
  const ended = once(first.client, 'close');
  const second = await connect(world, server);
  await within(WAIT_MS, 'the first connection to end', ended);
  await finds(server, connected, THING);
  await second.leave();
  await finds(server, connected);
});

test('a device that publishes where it may not is disconnected for that', async (t) => {
  const { world, server } = await stage(t, {}, THING);
  await index(server);
  const device = await connect(world, server);
  device.client.publish('$aws/things/demoDevice/shadow/update', '{}', { qos: 0 });
  await finds(server, reason('AUTH_ERROR'), THING);
});

test('who is connected already is found when the index begins to follow connections', async (t) => {
  const { world, server } = await stage(t, {}, THING, 'late');
  await connect(world, server);
  const late = await connect(world, server, { clientId: 'late' });
  await index(server);
  await finds(server, connected, THING, 'late');
  await index(server, 'OFF');
  await late.leave();
  await index(server);
  await finds(server, connected, THING);
});

test('a client that becomes a thing is connected from the beginning', async (t) => {
  const { world, server } = await stage(t, {}, THING);
  await index(server);
  await connect(world, server, { clientId: 'young' });
  await connect(world, server);
  await finds(server, connected, THING);
  await server.createThing('young');
  await finds(server, connected, THING, 'young');
});

for (const [how, end] of [['stopped', 'stop'], ['killed', 'kill']]) {
  test(`nobody is connected after the server was ${how}, until they are back`, async (t) => {
    const { world, server } = await stage(t, { durable: true }, THING, 'other');
    await index(server);
    await connect(world, server);
    await connect(world, server, { clientId: 'other' });
    await finds(server, connected, THING, 'other');
    await server[end]();
    await server.restart();
    await finds(server, reason('SERVER_INITIATED_DISCONNECT'), THING, 'other');
    await connect(world, server);
    await finds(server, connected, THING);
  });
}

test('many devices at once are all connected, and all gone', async (t) => {
  const names = Array.from({ length: 300 }, (_, i) => `device-${i}`);
  const { world, server } = await stage(t, {}, ...names);
  await index(server);
  const devices = await Promise.all(names.map((clientId) => connect(world, server, { clientId })));
  await eventually('all to be connected', async () => (await count(server)) === names.length);
  for (const device of devices) device.client.stream.destroy();
  await eventually('all to be gone', async () => (await count(server)) === 0);
});

async function count(server) {
  let n = 0;
  let nextToken;
  do {
    const body = { queryString: connected, maxResults: 100, nextToken };
    const { json } = await server.http('POST', '/indices/search', { body });
    n += json.things.length;
    ({ nextToken } = json);
  } while (nextToken);
  return n;
}
