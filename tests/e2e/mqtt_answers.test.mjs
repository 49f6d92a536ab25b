/* Who gets which MQTT message, how often, and in which order. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane, MqttClient } from './clients.mjs';
import { thingArn, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;

/* A server with one thing, and one client that talks the version given. */
async function stage(t, options) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  const device = await MqttClient.connect(world, server, { clientId: 'asker', ...options });
  const createJob = async (jobId) => {
    await operator.send(new iot.CreateJobCommand({ jobId, targets: [thingArn(THING)], document: '{"op":1}' }));
    await device.settle(THING); // its notifications are out: who subscribes from here on does not hear them
  };
  return { world, server, operator, createJob, device };
}

for (const [version, protocolVersion] of [['3.1.1', 4], ['5', 5]]) {
  test(`over MQTT ${version} a requester that subscribed to nothing gets its answers`, async (t) => {
    const { device, createJob } = await stage(t, { protocolVersion });
    await createJob('a');

    const next = await device.ask(`${topics}/$next/get`, '');
    assert.equal(next.accepted.execution.jobId, 'a');
    assert.deepEqual(next.accepted.execution.jobDocument, { op: 1 });
    assert.equal('thingName' in next.accepted.execution, false);
    const started = await device.ask(`${topics}/start-next`, { clientToken: 't' });
    assert.equal(started.accepted.clientToken, 't');
    assert.equal(started.accepted.timestamp, Date.parse('2030-01-01') / 1000);
    const refused = await device.ask(`${topics}/a/update`, { status: 'SUCCEEDED', expectedVersion: '9', clientToken: 'u' });
    assert.deepEqual(refused.rejected, {
      clientToken: 'u',
      timestamp: Date.parse('2030-01-01') / 1000,
      code: 'VersionMismatch',
      message: 'Expected version 9 but found version 2',
      executionState: { status: 'IN_PROGRESS', versionNumber: 2 },
    });
    await device.settle(THING);
    assert.deepEqual(device.topics, [`${topics}/$next/get/accepted`, `${topics}/start-next/accepted`, `${topics}/a/update/rejected`]);
  });

  test(`over MQTT ${version} a requester that subscribed to jobs/# gets each answer exactly once, and in order`, async (t) => {
    const { device, createJob } = await stage(t, { protocolVersion });
    await createJob('a');
    await createJob('b');
    await device.subscribe(`${topics}/#`);

    await device.ask(`${topics}/a/update`, { status: 'SUCCEEDED', clientToken: 't' });
    const notify = await device.next(`${topics}/notify`);
    assert.deepEqual(notify.jobs.QUEUED.map((e) => e.jobId), ['b']);
    const next = await device.next(`${topics}/notify-next`);
    assert.equal(next.execution.jobId, 'b');
    await device.settle(THING);
    // its own request comes back too, as to any subscriber
    const answers = device.topics.filter((topic) => !topic.endsWith('/update') && !topic.endsWith('/get'));
    assert.deepEqual(answers, [`${topics}/a/update/accepted`, `${topics}/notify`, `${topics}/notify-next`]);
  });
}

test('nobody but the requester sees an answer, whatever he subscribed to', async (t) => {
  const { world, server, device, createJob } = await stage(t);
  const other = await MqttClient.connect(world, server, { clientId: 'curious' });
  await other.subscribe(`${topics}/+/update/accepted`, `${topics}/get/+`, `${topics}/start-next/+`);
  await createJob('a');

  await device.ask(`${topics}/get`, {});
  await device.ask(`${topics}/start-next`, {});
  await device.ask(`${topics}/a/update`, { status: 'SUCCEEDED' });
  await other.settle(THING);
  assert.deepEqual(other.topics, []);
});

test('notifications reach every subscriber, for jobs reported over HTTP as well', async (t) => {
  const { world, server, device, createJob } = await stage(t);
  const other = await MqttClient.connect(world, server, { clientId: 'dashboard', protocolVersion: 5 });
  for (const client of [device, other]) await client.subscribe(`${topics}/notify`, `${topics}/notify-next`);
  await createJob('a');
  await server.http('POST', `/things/${THING}/jobs/a`, { body: { status: 'FAILED' }, service: 'iot-jobs-data' });

  for (const client of [device, other]) {
    await client.settle(THING);
    assert.deepEqual(client.topics, [`${topics}/notify`, `${topics}/notify-next`, `${topics}/notify`, `${topics}/notify-next`]);
    assert.ok(client.inbox.all.every((m) => m.retain === false));
    assert.deepEqual(client.inbox.all[2].payload.jobs, {});
  }
});

test('starting the job that is already next notifies nobody', async (t) => {
  const { device, createJob } = await stage(t);
  await createJob('a');
  await device.subscribe(`${topics}/notify`, `${topics}/notify-next`);
  await device.ask(`${topics}/start-next`, {});
  await device.ask(`${topics}/start-next`, {});
  await device.settle(THING);
  assert.deepEqual(device.topics, [`${topics}/start-next/accepted`, `${topics}/start-next/accepted`]);
});

test('a request at QoS 0 is answered at QoS 0, one at QoS 1 at QoS 1', async (t) => {
  const { device } = await stage(t);
  for (const qos of [0, 1]) await device.ask(`${topics}/get`, {}, { qos });
  assert.deepEqual(device.inbox.all.map((m) => m.qos), [0, 1]);
});

test('a client that publishes what only the service may is not heard', async (t) => {
  const { world, server } = await stage(t);
  const other = await MqttClient.connect(world, server, { clientId: 'listener' });
  await other.subscribe(`${topics}/#`);
  for (const topic of ['notify', 'notify-next', 'get/accepted', 'a/update/rejected']) {
    const forger = await MqttClient.connect(world, server, { clientId: `forger-of-${topic.replace(/\W/g, '-')}` });
    const cutOff = once(forger.client, 'close');
    // acknowledged or hung up on: both are how a broker refuses
    await within(WAIT_MS, 'the broker to react', Promise.race([forger.publish(`${topics}/${topic}`, '{"forged":true}'), cutOff]));
  }
  await other.settle(THING);
  assert.deepEqual(other.topics.filter((topic) => topic !== `${topics}/get`), []);
});

test('a job whose id is a word of the protocol is an ordinary job', async (t) => {
  const { device, createJob } = await stage(t);
  for (const jobId of ['get', 'start-next', 'notify', 'accepted']) {
    await createJob(jobId);
    const { accepted } = await device.ask(`${topics}/${jobId}/get`, {});
    assert.equal(accepted.execution.jobId, jobId);
  }
});
