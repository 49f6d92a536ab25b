/* What AWS has no operation for: a job is planned, explained and followed; windows in a time zone. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { awsDoes, controlPlane, Device } from './clients.mjs';
import { ACCOUNT, REGION, World } from './support.mjs';

const groupArn = (name) => `arn:aws:iot:${REGION}:${ACCOUNT}:thinggroup/${name}`;
const LAMPS = 12;

async function ask(server, method, route, body) {
  const { status, json, text } = await server.http(method, route, { body });
  assert.equal(status, 200, text);
  return json;
}

/* A hall of lamps, and the file that `aws iot create-job --cli-input-json` takes: three things a minute from 01:00 on. */
async function hall(t) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingGroupCommand({ thingGroupName: 'hall' }));
  for (let i = 0; i < LAMPS; i++) {
    await operator.send(new iot.CreateThingCommand({ thingName: `lamp-${i}` }));
    await operator.send(new iot.AddThingToThingGroupCommand({ thingGroupName: 'hall', thingName: `lamp-${i}` }));
  }
  const input = {
    jobId: 'fw',
    targets: [groupArn('hall')],
    document: '{"to":2}',
    schedulingConfig: { startTime: '2030-01-01 01:00' },
    jobExecutionsRolloutConfig: { maximumPerMinute: 3 },
  };
  const file = path.join(await world.temporaryFolder(), 'job.json');
  await writeFile(file, JSON.stringify(input));
  return { world, server, operator, input, file };
}

test('a job does what its plan and its explanations have said', async (t) => {
  const { server, operator, input, file } = await hall(t);
  const plan = await ask(server, 'POST', '/_iotjobs/plan', input);
  assert.equal(plan.rollout.things, LAMPS);
  await assert.rejects(operator.send(new iot.DescribeJobCommand({ jobId: 'fw' })), { name: 'ResourceNotFoundException' });

  await awsDoes(server, 'iot', 'create-job', '--cli-input-json', `file://${file}`);
  const waits = await ask(server, 'GET', `/_iotjobs/explain?thing=lamp-${LAMPS - 1}&job=fw`);
  assert.equal(waits.reason, 'WAITS_FOR_START');
  assert.equal(waits.thingsAhead, LAMPS - 1);
  assert.equal(waits.expectedAt, plan.rollout.lastAt);

  const secondsLeft = (Date.parse(waits.expectedAt) - Date.parse('2030-01-01T00:00:00Z')) / 1000;
  await server.clock({ advance: secondsLeft - 1 });
  assert.equal((await ask(server, 'GET', `/_iotjobs/explain?thing=lamp-${LAMPS - 1}&job=fw`)).reason, 'WAITS_FOR_TURN');
  await server.clock({ advance: 1 });
  assert.equal((await ask(server, 'GET', `/_iotjobs/explain?thing=lamp-${LAMPS - 1}`)).jobs[0].reason, 'NEXT');
});

test('the timeline of a job has come to its end when the job has', async (t) => {
  const { world, server, operator, input } = await hall(t);
  await operator.send(new iot.CreateJobCommand(input));
  await server.advance('PT2H');
  const device = await Device.connect(world, server);
  for (let i = 0; i < LAMPS; i++) await device.update('fw', { thingName: `lamp-${i}`, status: 'SUCCEEDED' });
  const transitions = [];
  for (let token = ''; token !== undefined;) {
    const page = await ask(server, 'GET', `/_iotjobs/jobs/fw/timeline?maxResults=5${token && `&nextToken=${encodeURIComponent(token)}`}`);
    transitions.push(...page.transitions);
    token = page.nextToken;
  }
  const ofJob = transitions.filter(({ thingName }) => thingName === undefined).map(({ status, cause }) => `${status} ${cause}`);
  assert.deepEqual(ofJob, ['SCHEDULED CREATE_JOB', 'IN_PROGRESS START_TIME', 'IN_PROGRESS ROLLOUT_DONE',
    'COMPLETED EXECUTIONS_ENDED']);
  assert.equal(transitions.length, ofJob.length + 2 * LAMPS);
  assert.equal(transitions.at(-1).status, 'COMPLETED');
});

test('a nightly window in Berlin keeps to the clock on the wall', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer({ windowTimeZone: 'Europe/Berlin', clockStart: '2030-03-29T12:00:00Z' });
  await server.clock({ set: '2030-03-29T12:00:00Z' });
  const operator = controlPlane(world, server);
  await server.createThing('pump');
  await operator.send(new iot.CreateJobCommand({
    jobId: 'fw', targets: [`arn:aws:iot:${REGION}:${ACCOUNT}:thing/pump`], targetSelection: 'CONTINUOUS', document: '{}',
    schedulingConfig: { maintenanceWindows: [{ startTime: 'cron(30 2 ? * * *)', durationInMinutes: 60 }] },
  }));
  const { job } = await operator.send(new iot.DescribeJobCommand({ jobId: 'fw' }));
  /* On the 31st there is no half past two. */
  assert.deepEqual(job.scheduledJobRollouts.slice(0, 3).map(({ startTime }) => startTime),
    ['2030-03-30 01:30', '2030-04-01 00:30', '2030-04-02 00:30']);
});
