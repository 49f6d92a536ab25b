/* Devices that were away, and servers that were: what waits for whom, and what is still true afterwards. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { AT_00_31, MIDNIGHT, thingArn, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;
const notifications = [`${topics}/notify`, `${topics}/notify-next`];

/* Sessions that outlive their connection, and how each version of MQTT asks for one. */
const lasting = [
  ['3.1.1', { clean: false, protocolVersion: 4 }],
  ['5', { clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 3600 } }],
];

const connect = (world, server, options) => MqttClient.connect(world, server, { clientId: THING, ...options });

/* A server with one thing, whose device has subscribed to both notifications. */
async function stage(t, session, settings) {
  const world = new World(t);
  const server = await world.server(settings);
  await server.createThing(THING);
  const device = await connect(world, server, session);
  assert.equal(device.sessionPresent, false);
  await device.subscribe(...notifications);
  return { world, server, device };
}

/* The device is back, with the session that it left. */
async function back(world, server, session) {
  const device = await connect(world, server, session);
  assert.equal(device.sessionPresent, true);
  return device;
}

const queuedIn = (notify) => (notify.jobs.QUEUED ?? []).map((each) => each.jobId);

/* Takes a notify for each of `lists` and the notify-next for the first job, and makes sure that this was all. */
async function hears(device, first, lists) {
  for (const list of lists) assert.deepEqual(queuedIn(await device.next(`${topics}/notify`)), list);
  assert.equal((await device.next(`${topics}/notify-next`)).execution.jobId, first);
  await device.settle(THING);
  assert.deepEqual(device.topics, [...notifications, ...lists.slice(1).map(() => `${topics}/notify`)]);
  assert.ok(device.inbox.all.every((m) => m.qos === 1 && !m.retain));
}

for (const [version, session] of lasting) {
  for (const [how, leave] of [
    ['said goodbye', (device) => device.leave()],
    ['was cut off', async (device) => {
      device.client.stream.destroy();
      await within(WAIT_MS, 'the connection to close', once(device.client, 'close'));
    }],
  ]) {
    test(`MQTT ${version}: a device that ${how} and left its session hears at QoS 1 what it missed`, async (t) => {
      const { world, server, device } = await stage(t, session);
      await leave(device);
      await server.createJob('a', THING);
      await server.createJob('b', THING);
      const again = await back(world, server, session);
      await hears(again, 'a', [['a'], ['a', 'b']]);
    });
  }

  test(`MQTT ${version}: a session, and what waits in it, outlive the server's stop; jobs created before the device is back count`, async (t) => {
    const { world, server, device } = await stage(t, session, { durable: true });
    await device.leave();
    await server.createJob('before', THING);
    const bystander = await connect(world, server, { clientId: 'bystander' });
    await bystander.settle(THING); // the broker has the notifications: they wait for the device
    await server.stop();
    await server.restart();
    await server.createJob('after', THING);
    const again = await back(world, server, session);
    await hears(again, 'before', [['before'], ['before', 'after']]);

    await server.createJob('later', THING);
    assert.deepEqual(queuedIn(await again.next(`${topics}/notify`)), ['before', 'after', 'later']);
  });

  test(`MQTT ${version}: a subscription without a message waiting outlives the server's stop as well`, async (t) => {
    const { world, server, device } = await stage(t, session, { durable: true });
    await device.leave();
    await server.stop();
    await server.restart();
    await server.createJob('after', THING);
    await hears(await back(world, server, session), 'after', [['after']]);
  });
}

test('what was committed when the server was told to stop is told when it is back', async (t) => {
  const [, session] = lasting[0];
  const { world, server, device } = await stage(t, session, { durable: true });
  await device.leave();
  const jobs = [];
  for (let round = 0; round < 10; round++) { // the broker may or may not have taken the notification by the time it ends
    jobs.push(`job-${round}`);
    await server.createJob(jobs.at(-1), THING);
    await server.stop();
    await server.restart();
    const again = await back(world, server, session);
    assert.deepEqual(queuedIn(await again.next(`${topics}/notify`)), jobs);
    await again.leave();
  }
});

test('what was told shortly before kill -9 is told again to sessions that the broker had saved', async (t) => {
  const [, session] = lasting[0];
  const { world, server, device } = await stage(t, session, { durable: true });
  await device.leave();
  await server.stop(); // the broker saves its sessions
  await server.restart();
  await server.createJob('a', THING);
  await server.kill();
  await server.restart();
  const again = await back(world, server, session);
  await hears(again, 'a', [['a']]);
  assert.match(server.process.errors, /unclean_stop/);

  await again.leave();
  await server.stop();
  await server.restart();
  const quiet = await back(world, server, session);
  await quiet.settle(THING);
  assert.deepEqual(quiet.topics, [], 'a clean stop has nothing to tell again');
});

/*
 * Moving the clock over that many start times takes the engine a while, and requests that come meanwhile wait. The first
 * notification says that it has begun.
 */
async function keepBusy(world, server) {
  const JOBS = 400;
  await server.createThing('other');
  await Promise.all(Array.from({ length: JOBS }, async (_, i) => {
    const { status, text } = await server.http('PUT', `/jobs/job-${i}`, {
      body: { targets: [thingArn('other')], document: '{}', schedulingConfig: { startTime: AT_00_31 } },
    });
    assert.equal(status, 200, text);
  }));
  const witness = await connect(world, server, { clientId: 'witness' });
  await witness.subscribe('$aws/things/other/jobs/notify');
  const done = server.advance('PT31M');
  await witness.next('$aws/things/other/jobs/notify');
  return { done };
}

for (const [version, session] of lasting) {
  test(`MQTT ${version}: an answer is for the connection that asked, not for the next one of its client id`, async (t) => {
    const { world, server, device } = await stage(t, session, { virtualClock: true, clockStart: MIDNIGHT });
    await server.freeze(MIDNIGHT);
    await server.createJob('a', THING);
    await device.settle(THING);
    const { done } = await keepBusy(world, server);
    device.client.on('error', () => {});
    const closed = new Promise((resolve) => device.client.on('close', resolve));
    device.client.publish(`${topics}/a/update`, JSON.stringify({ status: 'IN_PROGRESS' }), { qos: 1 }, () => {});
    device.client.stream.end(); // the update arrives, and behind it the end of the connection
    await within(WAIT_MS, 'the connection to close', closed);
    const again = await back(world, server, session);
    await done;
    await again.settle(THING);
    assert.deepEqual(again.topics, []);
    const { json } = await server.http('GET', `/things/${THING}/jobs/a`);
    assert.equal(json.execution.status, 'IN_PROGRESS', 'the update has arrived');
  });
}

test('a device with a clean session is pushed nothing when it is back, and finds its jobs by asking', async (t) => {
  const { world, server, device } = await stage(t, { clean: true });
  await device.leave();
  await server.createJob('a', THING);
  await server.createJob('b', THING);
  const again = await connect(world, server, { clean: true });
  assert.equal(again.sessionPresent, false);
  await again.subscribe(...notifications);
  await again.settle(THING);
  assert.deepEqual(again.topics, []);

  const { accepted } = await again.ask(`${topics}/get`, '');
  assert.deepEqual(accepted.queuedJobs.map((each) => each.jobId), ['a', 'b']);
  assert.equal((await again.ask(`${topics}/$next/get`, '')).accepted.execution.jobId, 'a');
  assert.equal((await again.ask(`${topics}/start-next`, '')).accepted.execution.jobId, 'a');
});

/*
 * The updates are chained: number n expects version n and makes it n + 1. So the version that is found tells which of
 * them was the last to be done, and all else has to agree with it.
 */
const IN_FLIGHT = 300;
const nth = (n) => ({ status: 'IN_PROGRESS', expectedVersion: n, statusDetails: { n: String(n) }, clientToken: String(n) });

/*
 * Keeps IN_FLIGHT updates on their way at QoS 1 and kills the server the moment that `least` of them have been accepted.
 * Returns how many had been, as far as the device ever heard.
 */
async function updateUntilKilled(server, device, least) {
  const topic = `${topics}/burst/update`;
  let sent = 0;
  let accepted = 0;
  const send = () => {
    sent++;
    device.client.publish(topic, JSON.stringify(nth(sent)), { qos: 1 }, () => {}); // the last ones fail, as they should
  };
  device.client.on('error', () => {});
  device.client.on('message', (from) => {
    assert.equal(from, `${topic}/accepted`);
    accepted++;
    if (accepted === least) server.process.child.kill('SIGKILL');
    else if (accepted < least) send();
  });
  const cutOff = new Promise((resolve) => device.client.on('close', resolve)); // after an error, maybe
  while (sent < IN_FLIGHT) send();
  await within(WAIT_MS, 'the connection to break', cutOff);
  await server.kill();
  assert.ok(accepted >= least);
  return { sent, accepted };
}

for (const least of [1, 150, 1000]) {
  test(`kill -9 when ${least} of a stream of updates are accepted: they are there, each later one wholly or not at all`, async (t) => {
    const world = new World(t);
    const server = await world.server({ durable: true });
    await server.createThing(THING);
    await server.createJob('burst', THING);
    const device = await connect(world, server);
    const { sent, accepted } = await updateUntilKilled(server, device, least);
    await server.restart();

    const route = `/things/${THING}/jobs/burst`;
    const { json } = await server.http('GET', route);
    const { versionNumber, status, statusDetails } = json.execution;
    const done = versionNumber - 1;
    t.diagnostic(`${sent} sent, ${accepted} accepted, ${done} done`);
    assert.ok(done >= accepted && done <= sent, `${sent} sent, ${accepted} accepted, ${done} done`);
    assert.deepEqual({ status, details: statusDetails.detailsMap }, { status: nth(done).status, details: nth(done).statusDetails });

    const again = await connect(world, server);
    const pending = (await again.ask(`${topics}/get`, '')).accepted;
    assert.deepEqual(pending.inProgressJobs.map((each) => [each.jobId, each.versionNumber]), [['burst', versionNumber]]);
    assert.ok((await again.ask(`${topics}/burst/update`, { status: 'SUCCEEDED', expectedVersion: versionNumber })).accepted);
    const { job } = (await server.http('GET', '/jobs/burst')).json;
    assert.equal(job.status, 'COMPLETED');
    assert.equal(job.jobProcessDetails.numberOfSucceededThings, 1);
    assert.equal(job.jobProcessDetails.numberOfInProgressThings, 0);
  });
}
