/* The AWS SDK for JavaScript v3 against both planes, and the device SDK over MQTT 3.1.1. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';
import * as data from '@aws-sdk/client-iot-jobs-data-plane';

import { controlPlane, dataPlane, Device } from './clients.mjs';
import { AT_00_31, thingArn, World } from './support.mjs';

const THING = 'pump:7_a-b';
const JOB = 'fw-7';
const document = '{"op":"noop","note":"grün"}';

async function withJob(client, extra = {}) {
  await client.send(new iot.CreateThingCommand({ thingName: THING }));
  return client.send(new iot.CreateJobCommand({ jobId: JOB, targets: [thingArn(THING)], document, ...extra }));
}

test('the SDK for JavaScript sees a scheduled job from its creation to its deletion', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const client = controlPlane(world, server);
  await withJob(client, { description: 'demo', schedulingConfig: { startTime: AT_00_31 } });

  const { job } = await client.send(new iot.DescribeJobCommand({ jobId: JOB }));
  assert.equal(job.status, 'SCHEDULED');
  assert.equal(job.description, 'demo');
  assert.equal(job.targetSelection, 'SNAPSHOT');
  assert.deepEqual(job.targets, [thingArn(THING)]);
  assert.deepEqual(job.schedulingConfig, { startTime: AT_00_31 });
  assert.equal(job.createdAt.toISOString(), '2030-01-01T00:00:00.000Z');

  await server.advance('PT31M');
  const { jobs } = await client.send(new iot.ListJobsCommand({ status: 'IN_PROGRESS' }));
  assert.deepEqual(jobs.map((j) => j.jobId), [JOB]);
  const kept = await client.send(new iot.GetJobDocumentCommand({ jobId: JOB }));
  assert.equal(kept.document, document);
  const { execution } = await client.send(new iot.DescribeJobExecutionCommand({ jobId: JOB, thingName: THING }));
  assert.equal(execution.status, 'QUEUED');
  assert.equal(execution.queuedAt.toISOString(), '2030-01-01T00:31:00.000Z');
  assert.equal(execution.executionNumber, 1);
  assert.equal(execution.versionNumber, 1);

  await client.send(new iot.CancelJobCommand({ jobId: JOB, reasonCode: 'ENOUGH', comment: 'seen enough' }));
  const canceled = (await client.send(new iot.DescribeJobCommand({ jobId: JOB }))).job;
  assert.equal(canceled.status, 'CANCELED');
  assert.equal(canceled.reasonCode, 'ENOUGH');
  assert.equal(canceled.jobProcessDetails.numberOfCanceledThings, 1);
  await client.send(new iot.DeleteJobCommand({ jobId: JOB }));
  const left = await client.send(new iot.ListJobsCommand({}));
  assert.deepEqual(left.jobs, []);
});

test('the SDK for JavaScript plays a device over the HTTP data plane', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  const device = dataPlane(world, server);
  await withJob(operator);

  const pending = await device.send(new data.GetPendingJobExecutionsCommand({ thingName: THING }));
  assert.deepEqual(pending.queuedJobs.map((e) => e.jobId), [JOB]);
  assert.deepEqual(pending.inProgressJobs, []);
  const { execution } = await device.send(new data.StartNextPendingJobExecutionCommand({ thingName: THING }));
  assert.equal(execution.thingName, THING);
  assert.equal(execution.status, 'IN_PROGRESS');
  assert.equal(execution.jobDocument, document);
  const next = await device.send(new data.DescribeJobExecutionCommand({ thingName: THING, jobId: '$next' }));
  assert.equal(next.execution.jobId, JOB);
  const update = await device.send(new data.UpdateJobExecutionCommand({
    thingName: THING, jobId: JOB, status: 'SUCCEEDED', statusDetails: { pct: '100' }, includeJobExecutionState: true,
  }));
  assert.deepEqual(update.executionState, { status: 'SUCCEEDED', statusDetails: { pct: '100' }, versionNumber: 3 });
  const { job } = await operator.send(new iot.DescribeJobCommand({ jobId: JOB }));
  assert.equal(job.status, 'COMPLETED');
});

test('errors arrive as the classes that the SDKs model', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  const device = dataPlane(world, server);
  await withJob(operator);

  await assert.rejects(operator.send(new iot.DescribeJobCommand({ jobId: 'nope' })), (error) => {
    assert.ok(error instanceof iot.ResourceNotFoundException, String(error));
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.match(error.message, /nope/);
    assert.ok(error.$metadata.requestId);
    return true;
  });
  await assert.rejects(
    operator.send(new iot.CreateJobCommand({ jobId: JOB, targets: [thingArn(THING)], document })),
    iot.ResourceAlreadyExistsException,
  );
  await assert.rejects(operator.send(new iot.DeleteJobCommand({ jobId: JOB })), iot.InvalidStateTransitionException);
  await assert.rejects(
    operator.send(new iot.CancelJobExecutionCommand({ jobId: JOB, thingName: THING, expectedVersion: 9 })),
    iot.VersionConflictException,
  );
  await assert.rejects(
    device.send(new data.GetPendingJobExecutionsCommand({ thingName: 'nobody' })),
    data.ResourceNotFoundException,
  );
  const finish = (status) => device.send(new data.UpdateJobExecutionCommand({ thingName: THING, jobId: JOB, status }));
  await finish('FAILED');
  await assert.rejects(finish('SUCCEEDED'), data.InvalidStateTransitionException);
  await assert.rejects(finish('DONE'), data.InvalidRequestException);
  await assert.rejects(
    device.send(new data.DescribeJobExecutionCommand({ thingName: THING, jobId: JOB })),
    data.TerminalStateException,
  );
});

test('lists are cut into pages that the paginators put together again', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const client = controlPlane(world, server);
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const thingName of names) await client.send(new iot.CreateThingCommand({ thingName }));

  const pages = [];
  for await (const page of iot.paginateListThings({ client, pageSize: 2 }, {})) pages.push(page.things.map((x) => x.thingName));
  assert.deepEqual(pages, [['a', 'b'], ['c', 'd'], ['e']]);
});

test('the device SDK over MQTT 3.1.1 hears of a job, does it, and reads the reasons for refusals', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  const device = await Device.connect(world, server, { thing: THING, protocol: 311 });
  await withJob(operator);

  assert.deepEqual((await device.nextNotify()).jobs.QUEUED.map((e) => e.jobId), [JOB]);
  assert.deepEqual((await device.nextNotifyNext()).execution.jobDocument, JSON.parse(document));
  await device.startNext({ statusDetails: { pct: '0' } });
  await assert.rejects(device.update(JOB, { status: 'SUCCEEDED', expectedVersion: 7 }), (error) => {
    assert.equal(error.code, 'VersionMismatch');
    assert.equal(error.executionState.versionNumber, 2);
    return true;
  });
  await device.update(JOB, { status: 'SUCCEEDED', expectedVersion: 2 });
  await assert.rejects(device.update(JOB, { status: 'FAILED' }), (error) => {
    assert.equal(error.code, 'InvalidStateTransition');
    return true;
  });
});
