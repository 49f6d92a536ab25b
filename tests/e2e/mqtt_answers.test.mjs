/* Who gets which MQTT message, how often, and in which order. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;

/* A server with one thing, and one client that talks the version given. */
async function stage(t, options) {
  const world = new World(t);
  const server = await world.frozenServer();
  await server.createThing(THING);
  const device = await MqttClient.connect(world, server, { clientId: 'asker', ...options });
  const createJob = async (jobId) => {
    await server.createJob(jobId, THING, { op: 1 });
    await device.settle(THING); // its notifications are out: who subscribes from here on does not hear them
  };
  return { world, server, createJob, device };
}

const versions = [['3.1.1', 4], ['5', 5]];
/* What somebody subscribes to below jobs/, and how often at most the request itself comes back to him: what is published,
 * unlike an answer, may come once for each filter that it matches. */
const subscriptions = [
  ['jobs/#', ['#'], 1],
  ['jobs/+/update/+', ['+/update/+'], 0],
  ['filters that overlap', ['#', '+/update/+', 'a/update/accepted', 'a/update/#'], 2],
];
const isAnswer = (topic) => /\/(accepted|rejected)$/.test(topic);

for (const [version, protocolVersion] of versions) {
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
  });

  for (const qos of [0, 1]) {
    test(`over MQTT ${version} each request at QoS ${qos} is answered once, at QoS ${qos}, not retained`, async (t) => {
      const { device, createJob } = await stage(t, { protocolVersion });
      await createJob('a');
      const requests = ['get', 'start-next', '$next/get', 'a/get', 'b/get', 'a/update', 'b/update', '$next/update'];
      const ends = [];
      for (const request of requests) {
        const answer = await device.ask(`${topics}/${request}`, { status: 'IN_PROGRESS' }, { qos });
        ends.push(Object.keys(answer)[0]);
      }
      await device.settle(THING);
      assert.deepEqual(ends, ['accepted', 'accepted', 'accepted', 'accepted', 'rejected', 'accepted', 'rejected', 'rejected']);
      const expected = requests.map((request, i) => ({ topic: `${topics}/${request}/${ends[i]}`, qos, retain: false }));
      assert.deepEqual(device.inbox.all.map(({ topic, qos: at, retain }) => ({ topic, qos: at, retain })), expected);
    });
  }

  for (const [what, filters, echoesMost] of subscriptions) {
    test(`over MQTT ${version} a requester that subscribed to ${what} gets each answer once`, async (t) => {
      const { device, createJob } = await stage(t, { protocolVersion });
      await createJob('a');
      await device.subscribe(...filters.map((filter) => `${topics}/${filter}`));

      await device.ask(`${topics}/a/update`, { status: 'IN_PROGRESS' });
      await device.ask(`${topics}/a/update`, { status: 'IN_PROGRESS', expectedVersion: 9 });
      await device.settle(THING);
      assert.deepEqual(device.topics.filter(isAnswer), [`${topics}/a/update/accepted`, `${topics}/a/update/rejected`]);
      const echoes = device.inbox.all.filter((m) => !isAnswer(m.topic));
      for (const sent of [undefined, 9]) {
        const n = echoes.filter((m) => m.topic === `${topics}/a/update` && m.payload.expectedVersion === sent).length;
        assert.ok(n >= Math.min(echoesMost, 1) && n <= echoesMost, `${n} times`);
      }
      assert.deepEqual(echoes.filter((m) => m.topic !== `${topics}/a/update`), []);
    });
  }

  for (const qos of [0, 1]) {
    test(`over MQTT ${version} a last report at QoS ${qos} is answered first; then come notify and notify-next`, async (t) => {
      const { device, createJob } = await stage(t, { protocolVersion });
      const jobs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      for (const job of jobs) await createJob(job);
      await device.subscribe(`${topics}/notify`, `${topics}/notify-next`);

      for (const job of jobs) await device.publish(`${topics}/${job}/update`, { status: 'SUCCEEDED' }, { qos });
      for (const [i, job] of jobs.entries()) {
        const left = jobs.slice(i + 1);
        assert.deepEqual((await device.next(`${topics}/notify`)).jobs.QUEUED?.map((e) => e.jobId) ?? [], left, job);
        const next = await device.next(`${topics}/notify-next`);
        assert.equal(next.execution?.jobId, left[0]);
        assert.deepEqual(Object.keys(next), left.length > 0 ? ['timestamp', 'execution'] : ['timestamp']);
      }
      await device.settle(THING);
      const wire = jobs.flatMap((job) => [`${topics}/${job}/update/accepted`, `${topics}/notify`, `${topics}/notify-next`]);
      assert.deepEqual(device.topics, wire);
    });
  }
}

test('nobody but the requester sees an answer, whatever he subscribed to; notifications are for both', async (t) => {
  const { world, server, device, createJob } = await stage(t);
  const other = await MqttClient.connect(world, server, { clientId: 'curious', protocolVersion: 5 });
  const filters = ['#', 'get/+', 'start-next/+', '+/get/accepted', '+/update/accepted', '+/update/rejected'];
  for (const client of [device, other]) await client.subscribe(...filters.map((filter) => `${topics}/${filter}`));
  await createJob('a');

  await device.ask(`${topics}/get`, {});
  await device.ask(`${topics}/start-next`, {});
  await device.ask(`${topics}/a/get`, {});
  await device.ask(`${topics}/a/update`, { status: 'SUCCEEDED', expectedVersion: 9 });
  await device.ask(`${topics}/a/update`, { status: 'SUCCEEDED' });
  for (const client of [device, other]) await client.settle(THING);
  assert.deepEqual(other.topics.filter(isAnswer), []);
  assert.equal(device.topics.filter(isAnswer).length, 5);
  for (const client of [device, other]) {
    const notified = client.inbox.all.filter((m) => /\/notify(-next)?$/.test(m.topic));
    assert.deepEqual(notified.map((m) => m.topic), ['notify', 'notify-next', 'notify', 'notify-next'].map((each) => `${topics}/${each}`));
    assert.equal(notified[1].payload.execution.jobId, 'a');
    assert.deepEqual(notified[2].payload.jobs, {});
  }
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
