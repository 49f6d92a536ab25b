/*
 * A device whose WebSocket connection hangs connects anew under its client id. The broker tells of the end of the old
 * connection late; the new one gets its answers all the same.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { freePort, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const REQUESTS = 100;

const text = (s) => Buffer.concat([Buffer.from([s.length >> 8, s.length & 0xff]), Buffer.from(s)]);
const packet = (type, ...parts) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  assert.ok(body.length < 128);
  return Buffer.concat([Buffer.from([type, body.length]), body]);
};
const frame = (payload) => Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

/* Connected as THING, subscribed to `filter`, and reading nothing from then on. */
async function hungWebSocket(world, port, filter) {
  const socket = net.connect(port, '127.0.0.1');
  world.onClose(() => socket.destroy());
  socket.on('error', () => {});
  const next = () => within(WAIT_MS, 'the broker', once(socket, 'data'));
  await once(socket, 'connect');
  socket.write('GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n');
  await next();
  socket.write(frame(packet(0x10, text('MQTT'), [4, 2, 0, 60], text(THING))));
  await next();
  socket.write(frame(packet(0x82, [0, 1], text(filter), [0])));
  await next();
  socket.pause();
}

test('a device that takes over from its own hung WebSocket connection gets every answer', async (t) => {
  const world = new World(t);
  const websocketPort = await freePort();
  const server = await world.server({ websocketPort });
  await server.createThing(THING);
  await hungWebSocket(world, websocketPort, 'x');
  const filler = await MqttClient.connect(world, server, { clientId: 'filler' });
  for (let i = 0; i < 60; i++) await filler.publish('x', 'y'.repeat(200_000)); // more than its socket takes

  const device = await MqttClient.connect(world, server, { clientId: THING });
  const topic = `$aws/things/${THING}/jobs/get`;
  for (let i = 0; i < REQUESTS; i++) device.client.publish(topic, JSON.stringify({ clientToken: String(i) }), { qos: 0 });
  for (let i = 0; i < REQUESTS; i++) {
    const answer = await device.inbox.take(`answer ${i}`, (m) => m.payload.clientToken === String(i));
    assert.equal(answer.topic, `${topic}/accepted`);
  }
});
