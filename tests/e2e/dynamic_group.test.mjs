/* Dynamic thing groups under the AWS SDK, and a job for whoever is connected. */
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  CreateDynamicThingGroupCommand,
  CreateJobCommand,
  CreateThingCommand,
  DeleteDynamicThingGroupCommand,
  DescribeJobExecutionCommand,
  DescribeThingGroupCommand,
  InvalidQueryException,
  ListThingsInThingGroupCommand,
  UpdateDynamicThingGroupCommand,
  UpdateIndexingConfigurationCommand,
  UpdateThingCommand,
} from '@aws-sdk/client-iot';

import { controlPlane, MqttClient } from './clients.mjs';
import { ACCOUNT, eventually, REGION, World } from './support.mjs';

const THING = 'demoDevice';

async function stage(t) {
  const world = new World(t);
  const server = await world.server();
  const iot = controlPlane(world, server);
  await iot.send(new UpdateIndexingConfigurationCommand({
    thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY', thingConnectivityIndexingMode: 'STATUS' },
  }));
  const things = async (thingGroupName) =>
    (await iot.send(new ListThingsInThingGroupCommand({ thingGroupName }))).things;
  return { world, server, iot, things };
}

test('a dynamic group has the things that its query finds, and changes with both', async (t) => {
  const { iot, things } = await stage(t);
  for (const [thingName, fw] of [[THING, '1.0'], ['other', '2.0']])
    await iot.send(new CreateThingCommand({ thingName, attributePayload: { attributes: { fw } } }));
  const group = { thingGroupName: 'old' };
  const query = { queryString: 'attributes.fw<2' };
  const created = await iot.send(new CreateDynamicThingGroupCommand({ ...group, ...query }));
  assert.equal(created.indexName, 'AWS_Things');
  assert.deepEqual(await things('old'), [THING]);
  await iot.send(new UpdateThingCommand({ thingName: 'other', attributePayload: { attributes: { fw: '1.5' } } }));
  assert.deepEqual(await things('old'), [THING, 'other']);
  const { version } = await iot.send(new UpdateDynamicThingGroupCommand({
    ...group, thingGroupProperties: { thingGroupDescription: 'one' }, queryString: 'attributes.fw:1', expectedVersion: 1,
  }));
  assert.equal(version, 2);
  const described = await iot.send(new DescribeThingGroupCommand(group));
  assert.equal(described.status, 'ACTIVE');
  assert.equal(described.queryString, 'attributes.fw:1');
  assert.equal(described.queryVersion, '2017-09-30');
  assert.equal(described.thingGroupProperties.thingGroupDescription, 'one');
  assert.deepEqual(await things('old'), [THING]);
  await assert.rejects(iot.send(new CreateDynamicThingGroupCommand({ thingGroupName: 'bad', queryString: 'a:(' })), InvalidQueryException);
  await iot.send(new DeleteDynamicThingGroupCommand(group));
  await assert.rejects(things('old'), { name: 'ResourceNotFoundException' });
});

test('a device that connects gets the job of all that are connected, and loses it when it goes', async (t) => {
  const { world, server, iot, things } = await stage(t);
  await server.createThing(THING);
  await iot.send(new CreateDynamicThingGroupCommand({
    thingGroupName: 'here', queryString: 'connectivity.connected:true',
  }));
  await iot.send(new CreateJobCommand({
    jobId: 'hello',
    targets: [`arn:aws:iot:${REGION}:${ACCOUNT}:thinggroup/here`],
    targetSelection: 'CONTINUOUS',
    document: '{}',
  }));
  const status = async () => {
    try {
      const { execution } = await iot.send(new DescribeJobExecutionCommand({ jobId: 'hello', thingName: THING }));
      return execution.status;
    } catch (error) {
      assert.equal(error.name, 'ResourceNotFoundException');
      return undefined;
    }
  };
  assert.equal(await status(), undefined);
  const device = await MqttClient.connect(world, server, { clientId: THING });
  await eventually('the device to be in the group', async () => (await things('here')).length === 1);
  assert.equal(await status(), 'QUEUED');
  await device.leave();
  await eventually('the device to leave the group', async () => (await things('here')).length === 0);
  assert.equal(await status(), 'REMOVED');
});
