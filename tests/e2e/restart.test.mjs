/* What has been answered survives kill -9, and time that passed while the server was down counts. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane, MqttClient } from './clients.mjs';
import { AT_00_31, eventually, thingArn, World } from './support.mjs';

const THING = 'demoDevice';
const JOB = 'later';
const topics = `$aws/things/${THING}/jobs`;

async function scheduledJob(world) {
  const server = await world.frozenServer({ durable: true });
  const client = controlPlane(world, server);
  await client.send(new iot.CreateThingCommand({ thingName: THING }));
  await client.send(new iot.CreateJobCommand({
    jobId: JOB, targets: [thingArn(THING)], document: '{}', schedulingConfig: { startTime: AT_00_31 },
  }));
  return { server, client };
}

const statusOf = async (client) => (await client.send(new iot.DescribeJobCommand({ jobId: JOB }))).job.status;

test('a job that was scheduled before kill -9 starts on time after it', async (t) => {
  const world = new World(t);
  const { server, client } = await scheduledJob(world);
  await server.kill();
  await server.restart({ clockStart: '2030-01-01T00:30:00Z' });
  await server.freeze('2030-01-01T00:30:59Z');

  const device = await MqttClient.connect(world, server, { clientId: THING });
  await device.subscribe(`${topics}/notify`, `${topics}/notify-next`);
  assert.equal(await statusOf(client), 'SCHEDULED');
  await device.settle(THING);
  assert.deepEqual(device.topics, []);

  await server.advance('PT1S');
  assert.equal((await device.next(`${topics}/notify-next`)).execution.jobId, JOB);
  assert.equal(await statusOf(client), 'IN_PROGRESS');
});

test('a job whose start time passed while the server was down starts at once', async (t) => {
  const world = new World(t);
  const { server, client } = await scheduledJob(world);
  await server.kill();
  await server.restart({ clockStart: '2030-01-02T00:00:00Z' });

  await eventually('the job to start', async () => (await statusOf(client)) === 'IN_PROGRESS');
  const device = await MqttClient.connect(world, server, { clientId: THING });
  const { accepted } = await device.ask(`${topics}/start-next`, {});
  assert.equal(accepted.execution.jobId, JOB);
});

test('a report that was accepted before kill -9 is there after it', async (t) => {
  const world = new World(t);
  const { server, client } = await scheduledJob(world);
  await server.advance('PT31M');
  const device = await MqttClient.connect(world, server, { clientId: THING });
  await device.ask(`${topics}/start-next`, {});
  const { accepted } = await device.ask(`${topics}/${JOB}/update`, {
    status: 'IN_PROGRESS', statusDetails: { pct: '40' }, includeJobExecutionState: true,
  });
  await server.kill();
  await server.restart({ clockStart: '2030-01-01T01:00:00Z' });

  const { execution } = await client.send(new iot.DescribeJobExecutionCommand({ jobId: JOB, thingName: THING }));
  assert.equal(execution.versionNumber, accepted.executionState.versionNumber);
  assert.deepEqual(execution.statusDetails.detailsMap, { pct: '40' });
});
