/* Those who listen to a whole fleet: a large rollout reaches them whole, however it reaches the broker. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { AT_00_31, eventually, thingArn, World } from './support.mjs';

const THINGS = 2000;
const PER_JOB = 100;

/* Each kind of notification that the watcher got, and of how many things. */
function heard(watcher) {
  const things = { notify: new Set(), 'notify-next': new Set() };
  for (const { topic } of watcher.inbox.all) {
    const [, , thing, , kind] = topic.split('/');
    things[kind].add(thing);
  }
  return { messages: watcher.inbox.all.length, notify: things.notify.size, next: things['notify-next'].size };
}

async function createFleet(server) {
  const names = Array.from({ length: THINGS }, (_, i) => `thing-${i}`);
  for (let i = 0; i < names.length; i += PER_JOB) {
    const some = names.slice(i, i + PER_JOB);
    await Promise.all(some.map((name) => server.createThing(name)));
    const { status, text } = await server.http('PUT', `/jobs/job-${i}`, {
      body: { targets: some.map(thingArn), document: '{}', schedulingConfig: { startTime: AT_00_31 } },
    });
    assert.equal(status, 200, text);
  }
}

for (const protocolVersion of [4, 5]) {
  test(`who subscribed to all things over MQTT ${protocolVersion === 5 ? '5' : '3.1.1'} hears of each in a rollout to ${THINGS}`, async (t) => {
    const world = new World(t);
    const server = await world.frozenServer();
    await createFleet(server);
    const watcher = await MqttClient.connect(world, server, { clientId: 'watcher', protocolVersion });
    await watcher.subscribe('$aws/things/+/jobs/notify', '$aws/things/+/jobs/notify-next');
    await server.advance('PT31M');
    await eventually('all notifications', () => watcher.inbox.all.length >= 2 * THINGS);
    await watcher.settle('thing-0');
    assert.deepEqual(heard(watcher), { messages: 2 * THINGS, notify: THINGS, next: THINGS });
  });
}

test('who watches all things in a session that lasts hears what he missed', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const session = { clientId: 'watcher', clean: false };
  await createFleet(server);
  const watcher = await MqttClient.connect(world, server, session);
  await watcher.subscribe('$aws/things/+/jobs/notify');
  await watcher.leave();
  await server.advance('PT31M');
  const again = await MqttClient.connect(world, server, session);
  await eventually('all that was missed', () => again.inbox.all.length >= THINGS);
  await again.settle('thing-0');
  assert.equal(heard(again).notify, THINGS);
});
