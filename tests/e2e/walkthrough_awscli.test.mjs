/* The walkthrough "schedule remote operations", with the AWS CLI as the operator and the AWS IoT Device SDK as the device. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { aws, awsDoes, Device } from './clients.mjs';
import { ACCOUNT, AT_00_31, MIDNIGHT, REGION, thingArn, World } from './support.mjs';

const THING = 'demoDevice';
const JOB = 'reboot-scheduled-job';
const TEMPLATE = `arn:aws:iot:${REGION}::jobtemplate/AWS-Reboot:1.0`;
const HANDLERS = '/etc/.aws-iot-device-client/jobs';

const document = {
  version: '1.0',
  steps: [{ action: { name: 'Reboot', type: 'runHandler', input: { handler: 'reboot.sh', path: HANDLERS }, runAsUser: '' } }],
};

function createJob(server, startTime) {
  return aws(
    server, 'iot', 'create-job', '--job-id', JOB, '--targets', thingArn(THING), '--job-template-arn', TEMPLATE,
    '--document-parameters', `pathToHandler=${HANDLERS}`, '--scheduling-config', `startTime=${startTime}`,
  );
}

async function describeJob(server) {
  return (await awsDoes(server, 'iot', 'describe-job', '--job-id', JOB)).job;
}

async function schedule(server) {
  await awsDoes(server, 'iot', 'create-thing', '--thing-name', THING);
  const { status, json, errors } = await createJob(server, AT_00_31);
  assert.equal(status, 0, errors);
  assert.deepEqual(json, {
    jobArn: `arn:aws:iot:${REGION}:${ACCOUNT}:job/${JOB}`,
    jobId: JOB,
    description: 'A managed job template for rebooting the device.',
  });
}

/* Steps 5 and 6: what the device hears, does and reports. */
async function heard(device) {
  const notify = await device.nextNotify();
  assert.deepEqual(notify.jobs.QUEUED.map((e) => e.jobId), [JOB]);
  const { execution } = await device.nextNotifyNext();
  assert.equal(execution.jobId, JOB);
  assert.equal(execution.status, 'QUEUED');
  assert.deepEqual(execution.jobDocument, document);
}

async function work(device) {
  const { execution } = await device.startNext();
  assert.equal(execution.jobId, JOB);
  assert.equal(execution.status, 'IN_PROGRESS');
  assert.deepEqual(execution.jobDocument, document);
  await device.update(JOB, { status: 'IN_PROGRESS', statusDetails: { step: 'rebooting' } });
  await device.update(JOB, { status: 'SUCCEEDED', statusDetails: { step: 'back again' } });
  assert.deepEqual((await device.nextNotify()).jobs, {});
  assert.equal((await device.nextNotifyNext()).execution, undefined);
}

test('the walkthrough: a scheduled job reaches a real device and leaves no trace once deleted', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();

  // 2: the registry and the endpoint
  const endpoint = await awsDoes(server, 'iot', 'describe-endpoint', '--endpoint-type', 'iot:Data-ATS');
  assert.ok(endpoint.endpointAddress);

  // 3: too near is refused in words that help; 31 minutes ahead is accepted
  await awsDoes(server, 'iot', 'create-thing', '--thing-name', THING);
  const refused = await createJob(server, '2030-01-01 00:29');
  assert.notEqual(refused.status, 0);
  assert.match(refused.errors, /InvalidRequestException/);
  assert.match(refused.errors, /30 minutes/);
  await schedule(server);

  // 4: it waits, and the device hears nothing
  const device = await Device.connect(world, server, { thing: THING });
  const waiting = await describeJob(server);
  assert.equal(waiting.status, 'SCHEDULED');
  assert.deepEqual(waiting.schedulingConfig, { startTime: AT_00_31 });
  const executions = await awsDoes(server, 'iot', 'list-job-executions-for-job', '--job-id', JOB);
  assert.deepEqual(executions.executionSummaries, []);
  await device.settle();
  assert.deepEqual(device.heard, []);

  // 5: the start time comes
  await server.advance('PT31M');
  await heard(device);
  assert.equal((await describeJob(server)).status, 'IN_PROGRESS');

  // 6: the device works; the operator sees it
  await work(device);
  const done = await describeJob(server);
  assert.equal(done.status, 'COMPLETED');
  const { numberOfSucceededThings, ...others } = done.jobProcessDetails;
  assert.equal(numberOfSucceededThings, 1);
  assert.deepEqual(Object.values(others), Array(7).fill(0));
  const { execution } = await awsDoes(server, 'iot', 'describe-job-execution', '--job-id', JOB, '--thing-name', THING);
  assert.equal(execution.status, 'SUCCEEDED');
  assert.equal(execution.versionNumber, 4);
  assert.deepEqual(execution.statusDetails, { detailsMap: { step: 'back again' } });

  // 7: gone
  await awsDoes(server, 'iot', 'delete-job', '--job-id', JOB);
  const gone = await aws(server, 'iot', 'describe-job', '--job-id', JOB);
  assert.notEqual(gone.status, 0);
  assert.match(gone.errors, /ResourceNotFoundException/);
});

test('the walkthrough, step 8: killed while the job waits, the server comes back and starts it on time', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer({ durable: true });
  await schedule(server);
  const device = await Device.connect(world, server, { thing: THING });

  await server.kill();
  await server.restart();
  await server.freeze(MIDNIGHT);
  await device.resubscribed();

  assert.equal((await describeJob(server)).status, 'SCHEDULED');
  await server.advance('PT30M');
  await device.settle();
  assert.deepEqual(device.heard, []);
  await server.advance('PT1M');
  await heard(device);
  await work(device);
  assert.equal((await describeJob(server)).status, 'COMPLETED');
});

test('the AWS CLI plays a device over the HTTP data plane', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  await schedule(server);
  await server.advance('PT31M');

  const started = await awsDoes(server, 'iot-jobs-data', 'start-next-pending-job-execution', '--thing-name', THING);
  assert.deepEqual(JSON.parse(started.execution.jobDocument), document);
  const next = await awsDoes(
    server, 'iot-jobs-data', 'describe-job-execution', '--thing-name', THING, '--job-id', '$next', '--include-job-document',
  );
  assert.equal(next.execution.thingName, THING);
  assert.equal(next.execution.status, 'IN_PROGRESS');
  await awsDoes(
    server, 'iot-jobs-data', 'update-job-execution', '--thing-name', THING, '--job-id', JOB, '--status', 'SUCCEEDED',
    '--expected-version', '2',
  );
  const pending = await awsDoes(server, 'iot-jobs-data', 'get-pending-job-executions', '--thing-name', THING);
  assert.deepEqual(pending, { inProgressJobs: [], queuedJobs: [] });
});
