/* A continuous job follows a group, as the SDKs of an operator and of a device see it. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane, Device } from './clients.mjs';
import { ACCOUNT, REGION, thingArn, World } from './support.mjs';

const THING = 'demoDevice';
const groupArn = (name) => `arn:aws:iot:${REGION}:${ACCOUNT}:thinggroup/${name}`;

/* Things demoDevice and other, groups site and zone, and the continuous job fw on site. */
async function stage(t) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  for (const name of [THING, 'other']) await server.createThing(name);
  for (const thingGroupName of ['site', 'zone']) await operator.send(new iot.CreateThingGroupCommand({ thingGroupName }));
  await operator.send(new iot.CreateJobCommand({
    jobId: 'fw', targets: [groupArn('site')], targetSelection: 'CONTINUOUS', document: '{"a":1}',
  }));
  const membership = { thingGroupName: 'site', thingName: THING };
  return {
    operator,
    device: await Device.connect(world, server),
    join: () => operator.send(new iot.AddThingToThingGroupCommand(membership)),
    leave: () => operator.send(new iot.RemoveThingFromThingGroupCommand(membership)),
  };
}

test('a device that joins is given the job, and once more when it has finished, left and joined again', async (t) => {
  const { device, join, leave } = await stage(t);
  await join();
  assert.equal((await device.nextNotifyNext()).execution.jobId, 'fw');
  const started = await device.startNext({ thingName: THING });
  assert.equal(started.execution.executionNumber, 1);
  await device.update('fw', { thingName: THING, status: 'SUCCEEDED' });
  assert.equal((await device.nextNotifyNext()).execution, undefined);
  await leave();
  await join();
  assert.equal((await device.nextNotifyNext()).execution.executionNumber, 2);
  await leave();
  assert.equal((await device.nextNotifyNext()).execution, undefined);
});

test('targets can be added to a continuous job, and jobs are found by their group', async (t) => {
  const { operator, device, join } = await stage(t);
  await join();
  await operator.send(new iot.AssociateTargetsWithJobCommand({
    jobId: 'fw', targets: [groupArn('zone'), thingArn('other')], comment: 'more',
  }));
  const { job } = await operator.send(new iot.DescribeJobCommand({ jobId: 'fw' }));
  assert.deepEqual(job.targets, [groupArn('site'), groupArn('zone'), thingArn('other')]);
  assert.equal(job.comment, 'more');
  assert.equal(job.jobProcessDetails.numberOfQueuedThings, 2);
  const { thingGroupId } = await operator.send(new iot.DescribeThingGroupCommand({ thingGroupName: 'zone' }));
  const { jobs } = await operator.send(new iot.ListJobsCommand({ thingGroupId }));
  assert.deepEqual(jobs.map(({ jobId }) => jobId), ['fw']);

  assert.equal((await device.nextNotifyNext()).execution.jobId, 'fw');
  await operator.send(new iot.DeleteThingGroupCommand({ thingGroupName: 'site' }));
  assert.equal((await device.nextNotifyNext()).execution, undefined);
});
