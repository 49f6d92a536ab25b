/*
 * What clients may not publish or subscribe to below $aws/, and how they learn of it: a publish drops MQTT 3.1.1 clients,
 * as on AWS; everything else is answered with a refusal.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;
const NOT_AUTHORIZED = 0x87;

const forbiddenTopics = [
  `${topics}/notify`,
  `${topics}/notify-next`,
  `${topics}/notify-namespace-x`,
  `${topics}/get/accepted`,
  `${topics}/j/update/rejected`,
  '$aws/events/job/j/completed',
  `$aws/things/${THING}/shadow/update`,
  '$aws/rules/r',
];
const forbiddenFilters = [`$aws/things/${THING}/shadow/#`, `$aws/things/${THING}/tunnels/notify`, '$aws/certificates/+/accepted'];

async function stage(t, settings = {}) {
  const world = new World(t);
  const server = await world.server(settings);
  await server.createThing(THING);
  const witness = await MqttClient.connect(world, server, { clientId: 'witness' });
  await witness.subscribe('$aws/#');
  const connect = (options) => MqttClient.connect(world, server, options);
  return { world, server, witness, connect };
}

/* Resolves once the server has closed the connection, whatever became of what was sent. */
async function dropped(device, act) {
  const closed = once(device.client, 'close');
  act().catch(() => {});
  await within(WAIT_MS, 'the connection to be closed', closed);
}

test('over MQTT 3.1.1 a publish that is not allowed drops the connection, and nobody hears of it', async (t) => {
  const { witness, connect, server } = await stage(t);
  for (const topic of forbiddenTopics) {
    for (const qos of [0, 1]) {
      const device = await connect({ protocolVersion: 4 });
      let acknowledged = false;
      device.client.on('packetreceive', ({ cmd }) => { acknowledged ||= cmd === 'puback'; });
      await dropped(device, () => device.client.publishAsync(topic, '{}', { qos }));
      assert.equal(acknowledged, false, `${topic} was acknowledged`);
    }
  }
  await witness.settle(THING);
  assert.deepEqual(witness.topics.filter((topic) => !topic.startsWith(`${topics}/get`)), []);
  assert.match(server.process.errors, /denied principal=anybody action=iot:Publish resource="\$aws\/rules\/r" reason="This server has no such topic\." client="[^"]*" from=/);
});

test('over MQTT 5 a publish that is not allowed is refused with a reason, and the connection stays', async (t) => {
  const { witness, connect } = await stage(t);
  const device = await connect({ protocolVersion: 5 });
  for (const topic of forbiddenTopics) {
    await assert.rejects(device.client.publishAsync(topic, '{}', { qos: 1 }), { code: NOT_AUTHORIZED }, topic);
  }
  assert.ok((await device.ask(`${topics}/get`, '')).accepted);
  await witness.settle(THING);
  assert.deepEqual(witness.topics.filter((topic) => !topic.startsWith(`${topics}/get`)), []);
});

test('nothing below $aws/ is retained, requests included', async (t) => {
  const { connect } = await stage(t);
  const modern = await connect({ protocolVersion: 5 });
  await assert.rejects(modern.client.publishAsync(`${topics}/get`, '{}', { qos: 1, retain: true }), { code: NOT_AUTHORIZED });
  const old = await connect({ protocolVersion: 4 });
  await dropped(old, () => old.client.publishAsync(`${topics}/get`, '{}', { qos: 1, retain: true }));
  const late = await connect({});
  await late.subscribe('$aws/#');
  await late.settle(THING);
  assert.deepEqual(late.topics.filter((topic) => topic === `${topics}/get` && late.inbox.all.find((m) => m.retain)), []);
});

const refusals = [[4, /Unspecified error/], [5, /Not authorized/]]; // SUBACK 0x80, SUBACK 0x87

for (const [protocolVersion, refusal] of refusals) {
  test(`a subscription to what the service does not publish is refused over MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}`, async (t) => {
    const { connect } = await stage(t);
    const device = await connect({ protocolVersion });
    for (const filter of forbiddenFilters) await assert.rejects(device.client.subscribeAsync(filter, { qos: 1 }), refusal);
    assert.ok((await device.ask(`${topics}/get`, '')).accepted);
  });
}

test('with `deny = reason` MQTT 3.1.1 clients stay connected', async (t) => {
  const { connect } = await stage(t, { deny: 'reason' });
  const device = await connect({ protocolVersion: 4 });
  await device.publish(`$aws/things/${THING}/shadow/update`, '{}'); // acknowledged: MQTT 3.1.1 has no other word
  assert.ok((await device.ask(`${topics}/get`, '')).accepted);
});

test('a topic below jobs/ that is no operation is answered InvalidTopic, on that topic', async (t) => {
  const { connect } = await stage(t);
  const device = await connect({});
  for (const bad of ['bogus', 'j/bogus', 'j', 'get/j/update', 'j/namespace-x/bogus', 'j/k/l/m/get']) {
    const answer = await device.ask(`${topics}/${bad}`, { clientToken: 't' });
    assert.equal(answer.rejected?.code, 'InvalidTopic', bad);
    assert.equal(answer.rejected.clientToken, 't');
  }
});

test('topics outside $aws/ are an ordinary broker\'s', async (t) => {
  const { connect } = await stage(t);
  const one = await connect({});
  const other = await connect({});
  await other.subscribe('sensors/#');
  await one.publish('sensors/1', { t: 20 });
  assert.deepEqual(await other.next('sensors/1'), { t: 20 });
});

test('a publish at QoS 2 is not taken, and a subscription at QoS 2 is one at QoS 1, as on AWS', async (t) => {
  const { connect } = await stage(t);
  const device = await connect({ protocolVersion: 4 });
  const granted = await device.client.subscribeAsync(`${topics}/notify`, { qos: 2 });
  assert.deepEqual(granted.map(({ qos }) => qos), [1]);
  await dropped(device, () => device.client.publishAsync(`${topics}/get`, '', { qos: 2 }));
});

test('a shared subscription below $aws/ is refused: it would never hear anything', async (t) => {
  const { connect } = await stage(t);
  const device = await connect({ protocolVersion: 5 });
  await assert.rejects(device.client.subscribeAsync(`$share/g/${topics}/notify`, { qos: 1 }), /Not authorized/);
  const other = await connect({});
  await other.client.subscribeAsync('$share/g/sensors/#', { qos: 1 });
});

test('a topic so long that no answer could be sent is refused', async (t) => {
  const { connect } = await stage(t);
  const device = await connect({ protocolVersion: 5 });
  await assert.rejects(device.client.publishAsync(`${topics}/${'a'.repeat(65_000)}`, '{}', { qos: 1 }), { code: NOT_AUTHORIZED });
  assert.ok((await device.ask(`${topics}/get`, '')).accepted);
  assert.equal((await device.ask(`${topics}/${'a'.repeat(900)}`, '{}')).rejected.code, 'InvalidTopic');
});
