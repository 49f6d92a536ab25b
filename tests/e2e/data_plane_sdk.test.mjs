/* The jobs data plane as the AWS SDK for JavaScript v3 sees it: which exception it raises for what, with which HTTP status. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';
import * as data from '@aws-sdk/client-iot-jobs-data-plane';

import { controlPlane, dataPlane } from './clients.mjs';
import { thingArn, World } from './support.mjs';

const thingName = 'demoDevice';

/* One thing with one job, queued. `asks` has a function for each operation of the plane. */
async function stage(t) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingCommand({ thingName }));
  await operator.send(new iot.CreateJobCommand({ jobId: 'a', targets: [thingArn(thingName)], document: '{"op":1}' }));
  const client = dataPlane(world, server);
  return {
    pending: (input) => client.send(new data.GetPendingJobExecutionsCommand({ thingName, ...input })),
    startNext: (input) => client.send(new data.StartNextPendingJobExecutionCommand({ thingName, ...input })),
    describe: (jobId, input) => client.send(new data.DescribeJobExecutionCommand({ thingName, jobId, ...input })),
    update: (jobId, input) => client.send(new data.UpdateJobExecutionCommand({ thingName, jobId, ...input })),
  };
}

async function raises(Exception, status, asks, saying = /./) {
  for (const ask of asks) {
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof Exception, `${ask}: ${error}`);
      assert.equal(error.name, Exception.name, String(ask));
      assert.equal(error.$metadata.httpStatusCode, status, String(ask));
      assert.match(error.message, saying, String(ask));
      assert.ok(error.$metadata.requestId, String(ask));
      return true;
    });
  }
}

test('the SDK raises InvalidRequestException, status 400, for what no operation takes', async (t) => {
  const { pending, startNext, describe, update } = await stage(t);
  const tooMany = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v']));
  await raises(data.InvalidRequestException, 400, [
    () => update('a', { status: 'DONE' }),
    () => update('a', {}),
    () => update('a', { status: 'FAILED', statusDetails: tooMany }),
    () => update('a', { status: 'FAILED', statusDetails: { 'no spaces': 'v' } }),
    () => update('a', { status: 'IN_PROGRESS', stepTimeoutInMinutes: 10081 }),
    () => update('no spaces', { status: 'FAILED' }),
    () => update('$next', { status: 'FAILED' }),
    () => startNext({ stepTimeoutInMinutes: 0 }),
    () => startNext({ thingName: 'no spaces' }),
    () => describe('no spaces'),
    () => pending({ thingName: 'no spaces' }),
    () => pending({ thingName: 'x'.repeat(129) }),
  ]);
});

test('the SDK raises ResourceNotFoundException, status 404, for things, jobs and executions that are not there', async (t) => {
  const { pending, startNext, describe, update } = await stage(t);
  const nobody = { thingName: 'nobody' };
  await raises(data.ResourceNotFoundException, 404, [
    () => pending(nobody),
    () => startNext(nobody),
    () => describe('a', nobody),
    () => describe('$next', nobody),
    () => update('a', { status: 'FAILED', ...nobody }),
    () => describe('nope'),
    () => update('nope', { status: 'FAILED' }),
    () => describe('a', { executionNumber: 2 }),
    () => update('a', { status: 'FAILED', executionNumber: 2 }),
  ]);
});

test('the SDK raises InvalidStateTransitionException, status 409, for a status or version that does not follow', async (t) => {
  const { update } = await stage(t);
  const wrongVersion = () => update('a', { status: 'SUCCEEDED', expectedVersion: 9 });
  await raises(data.InvalidStateTransitionException, 409, [wrongVersion], /^Expected version 9 but found version 1$/);
  const statuses = ['QUEUED', 'CANCELED', 'TIMED_OUT', 'REMOVED'];
  await raises(data.InvalidStateTransitionException, 409, statuses.map((status) => () => update('a', { status })));
  await update('a', { status: 'REJECTED' });
  await raises(data.InvalidStateTransitionException, 409, [
    () => update('a', { status: 'IN_PROGRESS' }),
    () => update('a', { status: 'REJECTED' }),
  ]);
});

test('the SDK raises TerminalStateException, status 410, for an execution that is over', async (t) => {
  const { describe, update } = await stage(t);
  await update('a', { status: 'SUCCEEDED' });
  await raises(data.TerminalStateException, 410, [() => describe('a'), () => describe('a', { executionNumber: 1 })]);
  assert.equal((await describe('$next')).execution, undefined);
});

test('a request that raised an exception has changed nothing', async (t) => {
  const { startNext, describe, update } = await stage(t);
  const { execution } = await describe('a');
  for (const refused of [
    () => update('a', { status: 'SUCCEEDED', expectedVersion: 9 }),
    () => update('a', { status: 'DONE', statusDetails: { pct: '1' } }),
    () => update('a', { status: 'CANCELED', statusDetails: { pct: '1' } }),
    () => startNext({ statusDetails: { pct: '' } }),
  ]) {
    await assert.rejects(refused(), data.IoTJobsDataPlaneServiceException);
  }
  assert.deepEqual((await describe('a')).execution, execution);
  assert.equal(execution.versionNumber, 1);
});
