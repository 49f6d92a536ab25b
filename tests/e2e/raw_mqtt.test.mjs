/* What clients in the field send that no SDK of today would: payloads, races, and the properties of MQTT 5. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { World } from './support.mjs';

const THING = 'demoDevice';
const JOB = 'fw-7';
const ROUNDS = 50;
const NOW = Date.parse('2030-01-01') / 1000;
const topics = `$aws/things/${THING}/jobs`;

/* A server whose one thing has one job, QUEUED, and a client that subscribed to nothing. */
async function stage(t, options) {
  const world = new World(t);
  const server = await world.frozenServer();
  await server.createThing(THING);
  await server.createJob(JOB, THING);
  const device = await MqttClient.connect(world, server, { clientId: THING, ...options });
  return { world, server, device };
}

async function executionOf(server) {
  const { json } = await server.http('GET', `/things/${THING}/jobs/${JOB}`);
  return json.execution;
}

/* The status details as an update leaves them: with the device, and with the operator. */
async function detailsAfter(server, device, payload) {
  const { accepted, rejected } = await device.ask(`${topics}/${JOB}/update`, payload);
  assert.ok(accepted, rejected?.message);
  const described = await device.ask(`${topics}/${JOB}/get`, '');
  const { statusDetails } = described.accepted.execution;
  assert.deepEqual((await executionOf(server)).statusDetails.detailsMap, statusDetails);
  return statusDetails;
}

for (const protocolVersion of [4, 5]) {
  test(`a request of zero bytes is an empty object, in MQTT version ${protocolVersion}`, async (t) => {
    const { device } = await stage(t, { protocolVersion });
    const empty = async (request) => (await device.ask(`${topics}/${request}`, '')).accepted;
    assert.deepEqual((await empty('get')).queuedJobs.map((job) => job.jobId), [JOB]);
    for (const request of ['$next/get', `${JOB}/get`]) {
      const { execution, ...rest } = await empty(request);
      assert.equal(execution.status, 'QUEUED');
      assert.deepEqual(execution.jobDocument, { op: 'noop' });
      assert.deepEqual(rest, { timestamp: NOW });
    }
    assert.equal((await empty('start-next')).execution.status, 'IN_PROGRESS');
    await device.ask(`${topics}/${JOB}/update`, { status: 'SUCCEEDED' });
    for (const request of ['$next/get', 'start-next']) assert.deepEqual(await empty(request), { timestamp: NOW });
  });
}

test('expected version and execution number may be quoted', async (t) => {
  const { device } = await stage(t);
  const described = await device.ask(`${topics}/${JOB}/get`, { executionNumber: '1' });
  assert.equal(described.accepted.execution.executionNumber, 1);
  const unknown = await device.ask(`${topics}/${JOB}/get`, { executionNumber: '2' });
  assert.equal(unknown.rejected.code, 'ResourceNotFound');

  const update = { status: 'IN_PROGRESS', executionNumber: '1', includeJobExecutionState: true };
  for (const [expectedVersion, versionNumber] of [['1', 2], [2, 3], ['3', 4]]) {
    const { accepted } = await device.ask(`${topics}/${JOB}/update`, { ...update, expectedVersion });
    assert.deepEqual(accepted, { timestamp: NOW, executionState: { status: 'IN_PROGRESS', versionNumber } });
  }
  const { rejected } = await device.ask(`${topics}/${JOB}/update`, { ...update, expectedVersion: '3' });
  assert.equal(rejected.code, 'VersionMismatch');
  assert.equal(rejected.message, 'Expected version 3 but found version 4');
});

test('members that no request has are ignored; which thing and job are meant, the topic says', async (t) => {
  const { server, device } = await stage(t);
  const stray = { thingName: 'another', jobId: 'another', executionState: { status: 'FAILED' }, 'a b': [{}, null] };
  const started = await device.ask(`${topics}/start-next`, stray);
  assert.equal(started.accepted.execution.jobId, JOB);
  for (const request of ['$next/get', `${JOB}/get`]) {
    const { accepted } = await device.ask(`${topics}/${request}`, stray);
    assert.equal(accepted.execution.jobId, JOB);
  }
  const updated = await device.ask(`${topics}/${JOB}/update`, { ...stray, status: 'SUCCEEDED' });
  assert.deepEqual(updated.accepted, { timestamp: NOW });
  assert.equal((await executionOf(server)).status, 'SUCCEEDED');
});

test('a member that is null is one that is missing', async (t) => {
  const { server, device } = await stage(t);
  const described = await device.ask(`${topics}/${JOB}/get`, { clientToken: null, executionNumber: null, includeJobDocument: null });
  assert.equal('clientToken' in described.accepted, false);
  assert.deepEqual(described.accepted.execution.jobDocument, { op: 'noop' });
  const started = await device.ask(`${topics}/start-next`, { statusDetails: { step: 'one' }, stepTimeoutInMinutes: null, clientToken: null });
  assert.deepEqual(started.accepted.execution.statusDetails, { step: 'one' });
  assert.equal('approximateSecondsBeforeTimedOut' in started.accepted.execution, false);
  const nothing = {
    statusDetails: null,
    expectedVersion: null,
    executionNumber: null,
    includeJobExecutionState: null,
    includeJobDocument: null,
    stepTimeoutInMinutes: null,
    clientToken: null,
  };
  const updated = await device.ask(`${topics}/${JOB}/update`, { status: 'IN_PROGRESS', ...nothing });
  assert.deepEqual(updated.accepted, { timestamp: NOW });
  const execution = await executionOf(server);
  assert.equal(execution.versionNumber, 3);
  assert.deepEqual(execution.statusDetails.detailsMap, { step: 'one' });
});

test('standard output as a program wrote it, with TAB, LF and CR, comes back as it was', async (t) => {
  const { server, device } = await stage(t);
  const statusDetails = {
    stdout: 'Reading package lists...\r\nDone\r\n\tlibc6\t2.36\n',
    stderr: '\n',
    'a:b_c-9': '\t\u00fc\u20ac\u{1f680} "quoted" \\ /\r',
  };
  assert.deepEqual(await detailsAfter(server, device, { status: 'IN_PROGRESS', statusDetails }), statusDetails);
});

test('numbers and booleans in status details are kept as their text', async (t) => {
  const { server, device } = await stage(t);
  const statusDetails = { pct: 40, load: 0.5, below: -7, zero: 0, most: Number.MAX_SAFE_INTEGER, done: false, ok: true, text: '1.0' };
  const asText = Object.fromEntries(Object.entries(statusDetails).map(([key, value]) => [key, String(value)]));
  assert.deepEqual(await detailsAfter(server, device, { status: 'IN_PROGRESS', statusDetails }), asText);
});

test('of two devices that race for one version exactly one wins, each time, and the other learns the state', async (t) => {
  const { world, server, device } = await stage(t);
  const rival = await MqttClient.connect(world, server, { clientId: 'rival', protocolVersion: 5 });
  const racers = [{ client: device, name: 'first' }, { client: rival, name: 'second' }];
  const wins = { first: 0, second: 0 };
  for (let version = 1; version <= ROUNDS; version++) {
    const order = version % 2 ? racers : [...racers].reverse();
    const answers = await Promise.all(order.map(({ client, name }) => client.ask(`${topics}/${JOB}/update`, {
      status: 'IN_PROGRESS',
      expectedVersion: version,
      statusDetails: { by: `${name} ${version}` },
      includeJobExecutionState: true,
      clientToken: name,
    })));
    const { accepted } = answers.find((answer) => answer.accepted) ?? assert.fail(JSON.stringify(answers));
    const { rejected } = answers.find((answer) => answer.rejected) ?? assert.fail(JSON.stringify(answers));
    const state = { status: 'IN_PROGRESS', statusDetails: { by: `${accepted.clientToken} ${version}` }, versionNumber: version + 1 };
    assert.deepEqual(accepted.executionState, state);
    assert.equal(rejected.code, 'VersionMismatch');
    assert.deepEqual(rejected.executionState, state);
    assert.notEqual(rejected.clientToken, accepted.clientToken);
    wins[accepted.clientToken]++;
  }
  assert.equal((await executionOf(server)).versionNumber, ROUNDS + 1);
  t.diagnostic(`won by the first ${wins.first} times, by the second ${wins.second} times`);
});

test('MQTT 5: a request with properties is answered like one without, and no answer or notification has any', async (t) => {
  const { server, device } = await stage(t, { protocolVersion: 5 });
  const properties = {
    responseTopic: 'answers/here',
    correlationData: Buffer.from('42'),
    contentType: 'application/json',
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    userProperties: { trace: ['a', 'b'] },
  };
  await device.subscribe('answers/#', `${topics}/notify`, `${topics}/notify-next`);
  const requests = [
    ['get', {}],
    ['$next/get', {}],
    [`${JOB}/get`, { includeJobDocument: false }],
    ['nope/get', {}],
    [`${JOB}/update`, { status: 'IN_PROGRESS', expectedVersion: 9 }],
  ];
  for (const [request, payload] of requests) {
    const plain = await device.ask(`${topics}/${request}`, payload, { qos: 1 });
    assert.deepEqual(await device.ask(`${topics}/${request}`, payload, { qos: 1, properties }), plain);
  }
  await device.ask(`${topics}/${JOB}/update`, { status: 'SUCCEEDED' }, { qos: 1, properties });
  await device.settle(THING);
  assert.equal((await executionOf(server)).status, 'SUCCEEDED');
  assert.deepEqual(device.inbox.all.filter((m) => m.properties !== undefined), []);
  assert.deepEqual(device.topics.slice(-2), [`${topics}/notify`, `${topics}/notify-next`]);
  assert.equal(device.topics.length, 2 * requests.length + 3);
});

test('MQTT 5: requests may be published under a topic alias', async (t) => {
  const { device } = await stage(t, { protocolVersion: 5, autoAssignTopicAlias: true });
  const topic = `${topics}/${JOB}/get`;
  const onTheWire = [];
  device.client.on('packetsend', (packet) => {
    if (packet.cmd === 'publish') onTheWire.push([packet.topic, packet.properties.topicAlias]);
  });
  for (let i = 0; i < 3; i++) assert.equal((await device.ask(topic, {})).accepted.execution.jobId, JOB);
  assert.deepEqual(onTheWire, [[topic, 1], ['', 1], ['', 1]]);
});
