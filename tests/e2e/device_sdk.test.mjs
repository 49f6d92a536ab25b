/*
 * The two jobs clients of the AWS IoT Device SDK v2, each over both versions of MQTT: every request a device can make, every
 * answer and notification it can get, compared whole, so that nothing is missing and nothing is there that AWS does not send.
 */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane, Device } from './clients.mjs';
import { MIDNIGHT, thingArn, World } from './support.mjs';

const THING = 'demoDevice';
const T0 = Date.parse(MIDNIGHT) / 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const documentOf = (jobId) => ({ op: 'install', of: jobId, steps: [1, { deep: true }], note: 'grün' });

const clients = ['request-response', 'classic'].flatMap((kind) => [
  { kind, protocol: 5, client: `the ${kind} client over MQTT 5` },
  { kind, protocol: 311, client: `the ${kind} client over MQTT 3.1.1` },
]);

/* A server whose clock stands still, a thing, and a device that runs the client wanted. */
async function stage(t, { kind, protocol }) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  const device = await Device.connect(world, server, { thing: THING, protocol, kind });
  world.onClose(() => assert.deepEqual(device.strays, [], 'each request has one answer'));
  const createJob = async (jobId) => {
    const document = JSON.stringify(documentOf(jobId));
    await operator.send(new iot.CreateJobCommand({ jobId, targets: [thingArn(THING)], document }));
  };
  const executionOf = async (jobId) => {
    const answer = await operator.send(new iot.DescribeJobExecutionCommand({ jobId, thingName: THING }));
    return answer.execution;
  };
  return { server, operator, device, createJob, executionOf };
}

/* An answer but for its token, which only one of the two clients sends of its own accord. */
async function body(answer) {
  const { clientToken, ...rest } = await answer;
  return rest;
}

/* How a request was refused, again but for the token; its text, where it is not `saying` something certain, is for humans. */
async function refusal(answer, saying = /./) {
  const error = await answer.then(
    (accepted) => assert.fail(`accepted: ${JSON.stringify(accepted)}`),
    (refused) => refused,
  );
  assert.match(error.message, saying);
  return body({ ...error });
}

/* An execution as lists show it, and as a device is given it. */
const summary = (jobId, queuedAt, rest) => ({
  jobId, queuedAt, lastUpdatedAt: queuedAt, executionNumber: 1, versionNumber: 1, ...rest,
});
const execution = (jobId, queuedAt, rest) => ({
  ...summary(jobId, queuedAt), status: 'QUEUED', jobDocument: documentOf(jobId), ...rest,
});
const started = (at) => ({ startedAt: at, lastUpdatedAt: at, versionNumber: 2 });

for (const { client, ...options } of clients) {
  test(`${client} finds what there is to do, and that there is nothing`, async (t) => {
    const { server, device, createJob } = await stage(t, options);
    assert.deepEqual(await body(device.pending()), { timestamp: T0, inProgressJobs: [], queuedJobs: [] });
    assert.deepEqual(await body(device.startNext()), { timestamp: T0 });
    assert.deepEqual(await body(device.describe('$next')), { timestamp: T0 });

    await createJob('a');
    await server.advance('PT1M');
    await createJob('b');
    assert.deepEqual(await body(device.pending()), {
      timestamp: T0 + 60, inProgressJobs: [], queuedJobs: [summary('a', T0), summary('b', T0 + 60)],
    });
    assert.deepEqual(await body(device.describe('$next')), { timestamp: T0 + 60, execution: execution('a', T0) });

    await server.advance('PT1M');
    const a = execution('a', T0, { status: 'IN_PROGRESS', ...started(T0 + 120) });
    assert.deepEqual(await body(device.startNext()), { timestamp: T0 + 120, execution: a });
    assert.deepEqual(await body(device.pending()), {
      timestamp: T0 + 120,
      inProgressJobs: [summary('a', T0, started(T0 + 120))],
      queuedJobs: [summary('b', T0 + 60)],
    });
    const wholeA = { timestamp: T0 + 120, execution: a };
    const wholeB = { timestamp: T0 + 120, execution: execution('b', T0 + 60) };
    for (const [jobId, request, found] of [
      ['$next', {}, wholeA],
      ['$next', { includeJobDocument: true }, wholeA],
      ['a', {}, wholeA],
      ['a', { executionNumber: 1 }, wholeA],
      ['b', { executionNumber: 1, includeJobDocument: true }, wholeB],
      ['b', {}, wholeB],
    ]) {
      assert.deepEqual(await body(device.describe(jobId, request)), found, `${jobId} ${JSON.stringify(request)}`);
    }
  });

  test(`${client} does one job step by step and fails at another`, async (t) => {
    const { server, operator, device, createJob, executionOf } = await stage(t, options);
    await createJob('a');
    await createJob('b');
    await server.advance('PT1M');
    const a = execution('a', T0, { status: 'IN_PROGRESS', ...started(T0 + 60), statusDetails: { pct: '0' } });
    const first = await body(device.startNext({ statusDetails: { pct: '0' } }));
    assert.deepEqual(first, { timestamp: T0 + 60, execution: a });
    await server.advance('PT1M');
    const again = await body(device.startNext({ statusDetails: { pct: '1' } }));
    assert.deepEqual(again, { timestamp: T0 + 120, execution: a });

    const timestamp = T0 + 120;
    const update = (jobId, request) => body(device.update(jobId, request));
    assert.deepEqual(await update('a', { status: 'IN_PROGRESS' }), { timestamp });
    const statusDetails = { pct: '50', at: 'disk\n' };
    assert.deepEqual(
      await update('a', { status: 'IN_PROGRESS', statusDetails, expectedVersion: 3, includeJobExecutionState: true }),
      { timestamp, executionState: { status: 'IN_PROGRESS', statusDetails, versionNumber: 4 } },
    );
    assert.deepEqual(
      await update('a', { status: 'IN_PROGRESS', executionNumber: 1, includeJobDocument: true }),
      { timestamp, jobDocument: documentOf('a') },
    );
    assert.deepEqual(
      await update('a', { status: 'SUCCEEDED', expectedVersion: 5, includeJobExecutionState: true, includeJobDocument: true }),
      {
        timestamp,
        executionState: { status: 'SUCCEEDED', statusDetails, versionNumber: 6 },
        jobDocument: documentOf('a'),
      },
    );
    assert.deepEqual(
      await update('b', { status: 'FAILED', statusDetails: { why: 'full' }, includeJobExecutionState: true }),
      { timestamp, executionState: { status: 'FAILED', statusDetails: { why: 'full' }, versionNumber: 2 } },
    );

    const doneA = await executionOf('a');
    assert.deepEqual([doneA.status, doneA.statusDetails.detailsMap, doneA.versionNumber], ['SUCCEEDED', statusDetails, 6]);
    const doneB = await executionOf('b');
    assert.deepEqual([doneB.status, doneB.statusDetails.detailsMap, doneB.versionNumber], ['FAILED', { why: 'full' }, 2]);
    for (const jobId of ['a', 'b']) {
      const { job } = await operator.send(new iot.DescribeJobCommand({ jobId }));
      assert.equal(job.status, 'COMPLETED');
    }
  });

  test(`${client} is told of every change of its list and of its next job, and of nothing else`, async (t) => {
    const { server, device, createJob } = await stage(t, options);
    await createJob('a');
    assert.deepEqual(await device.nextNotify(), { timestamp: T0, jobs: { QUEUED: [summary('a', T0)] } });
    assert.deepEqual(await device.nextNotifyNext(), { timestamp: T0, execution: execution('a', T0) });

    await server.advance('PT1M');
    await createJob('b');
    assert.deepEqual(await device.nextNotify(), {
      timestamp: T0 + 60, jobs: { QUEUED: [summary('a', T0), summary('b', T0 + 60)] },
    });
    await device.startNext();
    await device.update('a', { status: 'IN_PROGRESS', statusDetails: { pct: '1' } });
    await assert.rejects(device.update('a', { status: 'IN_PROGRESS', expectedVersion: 9 }));
    await server.advance('PT1M');
    await device.update('a', { status: 'SUCCEEDED' });
    assert.deepEqual(await device.nextNotify(), { timestamp: T0 + 120, jobs: { QUEUED: [summary('b', T0 + 60)] } });
    assert.deepEqual(await device.nextNotifyNext(), { timestamp: T0 + 120, execution: execution('b', T0 + 60) });

    await device.update('b', { status: 'IN_PROGRESS' });
    await server.advance('PT1M');
    await createJob('c');
    const b = summary('b', T0 + 60, started(T0 + 120));
    assert.deepEqual(await device.nextNotify(), {
      timestamp: T0 + 180, jobs: { IN_PROGRESS: [b], QUEUED: [summary('c', T0 + 180)] },
    });
    await device.update('c', { status: 'REJECTED' });
    assert.deepEqual(await device.nextNotify(), { timestamp: T0 + 180, jobs: { IN_PROGRESS: [b] } });
    await device.update('b', { status: 'FAILED' });
    assert.deepEqual(await device.nextNotify(), { timestamp: T0 + 180, jobs: {} });
    assert.deepEqual(await device.nextNotifyNext(), { timestamp: T0 + 180 });
    await device.settle();
    const events = device.heard.map(({ event }) => event);
    assert.deepEqual(events.sort(), [...Array(6).fill('notify'), ...Array(3).fill('notify-next')]);
  });

  test(`${client} reads why it was refused, and nothing has changed`, async (t) => {
    const { device, createJob } = await stage(t, options);
    await createJob('a');
    const tooMany = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v']));
    const nobody = { thingName: 'nobody' };
    const queued = { status: 'QUEUED', versionNumber: 1 };
    const refusedTransition = { timestamp: T0, code: 'InvalidStateTransition', executionState: queued };
    for (const [ask, expected] of [
      [() => device.update('a', { status: 'CANCELED' }), refusedTransition],
      [() => device.update('a', { status: 'TIMED_OUT' }), refusedTransition],
      [() => device.update('a', { status: 'QUEUED' }), refusedTransition],
      [() => device.update('a', { status: 'DONE' }), { timestamp: T0, code: 'InvalidRequest' }],
      [() => device.update('a', { status: 'FAILED', statusDetails: tooMany }), { timestamp: T0, code: 'InvalidRequest' }],
      [() => device.startNext({ stepTimeoutInMinutes: 10081 }), { timestamp: T0, code: 'InvalidRequest' }],
      [() => device.update('nope', { status: 'FAILED' }), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.update('a', { status: 'FAILED', executionNumber: 2 }), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.describe('nope'), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.describe('a', { executionNumber: 2 }), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.describe('$next', nobody), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.pending(nobody), { timestamp: T0, code: 'ResourceNotFound' }],
      [() => device.startNext(nobody), { timestamp: T0, code: 'ResourceNotFound' }],
    ]) {
      assert.deepEqual(await refusal(ask()), expected, String(ask));
    }
    const mismatch = device.update('a', { status: 'SUCCEEDED', expectedVersion: 9 });
    assert.deepEqual(await refusal(mismatch, /^Expected version 9 but found version 1$/), {
      timestamp: T0, code: 'VersionMismatch', executionState: queued,
    });
    assert.deepEqual(await body(device.describe('a')), { timestamp: T0, execution: execution('a', T0) });

    const statusDetails = { why: 'full' };
    const failed = { status: 'FAILED', statusDetails, versionNumber: 2 };
    await device.update('a', { status: 'FAILED', statusDetails });
    for (const [ask, expected] of [
      [() => device.update('a', { status: 'SUCCEEDED' }), { code: 'InvalidStateTransition', executionState: failed }],
      [() => device.update('a', { status: 'FAILED' }), { code: 'InvalidStateTransition', executionState: failed }],
      [() => device.update('a', { status: 'FAILED', expectedVersion: 1 }), { code: 'VersionMismatch', executionState: failed }],
      [() => device.describe('a'), { code: 'TerminalStateReached' }],
      [() => device.describe('a', { executionNumber: 1 }), { code: 'TerminalStateReached' }],
    ]) {
      assert.deepEqual(await refusal(ask()), { timestamp: T0, ...expected }, String(ask));
    }
  });

  test(`${client} gets its token back with every answer, also when it asks for many things at once`, async (t) => {
    const { device, createJob } = await stage(t, options);
    await createJob('a');
    const asks = [
      (token) => device.pending(token),
      (token) => device.startNext(token),
      (token) => device.describe('a', token),
      (token) => device.describe('nope', token),
      (token) => device.update('a', { status: 'IN_PROGRESS', ...token }),
      (token) => device.update('a', { status: 'DONE', ...token }),
      (token) => device.update('a', { status: 'SUCCEEDED', expectedVersion: 99, ...token }),
      (token) => device.describe('$next', token),
    ];
    const tokens = asks.map((_, at) => `${at}: "grün" \\ \t / \u{1f41f}`);
    const answers = asks.map((ask, at) => ask({ clientToken: tokens[at] }).catch((refused) => refused));
    const echoed = (await Promise.all(answers)).map(({ clientToken }) => clientToken);
    if (options.kind === 'classic') assert.deepEqual(echoed, tokens);
    else for (const token of echoed) assert.match(token, UUID); // the SDK makes its own, and waits for it
    assert.equal(new Set(echoed).size, asks.length);
  });
}

/* What the request/response client cannot say: it leaves out false, and always sends a token. */
for (const { client, ...options } of clients.filter(({ kind }) => kind === 'classic')) {
  test(`${client} gets no document where it wants none, and no token where it sent none`, async (t) => {
    const { device, createJob } = await stage(t, options);
    await createJob('a');
    const { jobDocument, ...rest } = execution('a', T0);
    for (const jobId of ['a', '$next']) {
      assert.deepEqual(await device.describe(jobId, { includeJobDocument: false }), { timestamp: T0, execution: rest });
    }
    const flags = { includeJobExecutionState: false, includeJobDocument: false };
    assert.deepEqual(await device.update('a', { status: 'IN_PROGRESS', ...flags }), { timestamp: T0 });
    await assert.rejects(device.update('a', {}), (error) => error.code === 'InvalidRequest' && !('clientToken' in error));
  });
}
