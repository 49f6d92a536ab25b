/* Events and namespaces, as clients of AWS see them. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane, MqttClient } from './clients.mjs';
import { thingArn, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;
const MIDNIGHT_S = Date.parse('2030-01-01T00:00:00Z') / 1000;

async function stage(t) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  const device = await MqttClient.connect(world, server, { clientId: THING });
  const watcher = await MqttClient.connect(world, server, { clientId: 'watcher', protocolVersion: 5 });
  await watcher.subscribe('$aws/events/#');
  return { world, server, operator, device, watcher };
}

test('events are off until they are switched on, and then follow the life of things and jobs', async (t) => {
  const { operator, device, watcher } = await stage(t);
  const { eventConfigurations: before } = await operator.send(new iot.DescribeEventConfigurationsCommand({}));
  assert.equal(Object.keys(before).length, 11);
  assert.ok(Object.values(before).every(({ Enabled }) => Enabled === false));

  await operator.send(new iot.UpdateEventConfigurationsCommand({
    eventConfigurations: { JOB: { Enabled: true }, JOB_EXECUTION: { Enabled: true }, THING: { Enabled: true } },
  }));
  const after = await operator.send(new iot.DescribeEventConfigurationsCommand({}));
  assert.deepEqual(after.eventConfigurations.JOB_EXECUTION, { Enabled: true });
  assert.ok(after.creationDate instanceof Date);

  const { thingId } = await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  const created = await watcher.next(`$aws/events/thing/${THING}/created`);
  assert.equal(created.eventType, 'THING_EVENT');
  assert.equal(created.thingId, thingId);
  assert.equal(created.timestamp, MIDNIGHT_S * 1000);

  await operator.send(new iot.CreateJobCommand({ jobId: 'fw', targets: [thingArn(THING)], document: '{}' }));
  await device.ask(`${topics}/start-next`, '');
  const details = { pct: '100' };
  const answer = await device.ask(`${topics}/fw/update`, { status: 'SUCCEEDED', statusDetails: details });
  assert.ok(answer.accepted);
  const { eventId, ...succeeded } = await watcher.next('$aws/events/jobExecution/fw/succeeded');
  assert.match(eventId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(succeeded, {
    eventType: 'JOB_EXECUTION',
    timestamp: MIDNIGHT_S,
    operation: 'succeeded',
    jobId: 'fw',
    thingArn: thingArn(THING),
    status: 'SUCCEEDED',
    statusDetails: details,
  });
  const completed = await watcher.next('$aws/events/job/fw/completed');
  assert.equal(completed.jobProcessDetails.numberOfSucceededThings, 1);
  assert.equal(completed.completedAt, MIDNIGHT_S * 1000);

  await operator.send(new iot.DeleteJobCommand({ jobId: 'fw' }));
  await watcher.next('$aws/events/job/fw/deletion_in_progress');
  await watcher.next('$aws/events/job/fw/deleted');
  await operator.send(new iot.DeleteThingCommand({ thingName: THING }));
  await watcher.next(`$aws/events/thing/${THING}/deleted`);
  assert.ok(watcher.inbox.all.every(({ qos, retain }) => qos === 1 && !retain));
});

test('a job in a namespace lives on the topics of its namespace alone', async (t) => {
  const { operator, device } = await stage(t);
  const space = 'namespace-aws-gg-deployment';
  await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  await device.subscribe(`${topics}/notify-${space}`, `${topics}/notify-next-${space}`, `${topics}/notify`, `${topics}/notify-next`);
  await operator.send(new iot.CreateJobCommand({
    jobId: 'gg', targets: [thingArn(THING)], document: '{"deploy":1}', namespaceId: 'aws-gg-deployment',
  }));
  const notify = await device.next(`${topics}/notify-${space}`);
  assert.deepEqual(notify.jobs.QUEUED.map(({ jobId }) => jobId), ['gg']);
  const next = await device.next(`${topics}/notify-next-${space}`);
  assert.deepEqual(next.execution.jobDocument, { deploy: 1 });

  assert.deepEqual((await device.ask(`${topics}/get`, '')).accepted.queuedJobs, []);
  assert.equal('execution' in (await device.ask(`${topics}/$next/get`, '')).accepted, false);
  const described = await device.ask(`${topics}/$next/${space}/get`, { thingName: THING, jobId: '$next', includeJobDocument: true });
  assert.equal(described.accepted.execution.jobId, 'gg');
  assert.equal((await device.ask(`${topics}/gg/update`, { status: 'SUCCEEDED' })).rejected.code, 'ResourceNotFound');
  assert.ok((await device.ask(`${topics}/gg/${space}/update`, { status: 'SUCCEEDED' })).accepted);
  assert.deepEqual((await device.next(`${topics}/notify-${space}`)).jobs, {});
  assert.equal('execution' in (await device.next(`${topics}/notify-next-${space}`)), false);
  await device.settle(THING);
  assert.deepEqual(device.topics.filter((topic) => topic === `${topics}/notify` || topic === `${topics}/notify-next`), []);
  const { job } = await operator.send(new iot.DescribeJobCommand({ jobId: 'gg' }));
  assert.equal(job.namespaceId, 'aws-gg-deployment');
  assert.equal(job.status, 'COMPLETED');
});
