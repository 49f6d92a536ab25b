/* The fleet index as the SDK of an operator sees it. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';

import { controlPlane } from './clients.mjs';
import { World } from './support.mjs';

const COUNT = 5;

/* Things pump-1 to pump-5 of type Pump, with the temperatures 71 to 75, and an index of the registry. */
async function stage(t) {
  const world = new World(t);
  const server = await world.frozenServer();
  const operator = controlPlane(world, server);
  await operator.send(new iot.CreateThingTypeCommand({ thingTypeName: 'Pump' }));
  for (let n = 1; n <= COUNT; n += 1)
    await operator.send(new iot.CreateThingCommand({
      thingName: `pump-${n}`, thingTypeName: 'Pump', attributePayload: { attributes: { temp: `${70 + n}` } },
    }));
  await operator.send(new iot.UpdateIndexingConfigurationCommand({
    thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY' },
    thingGroupIndexingConfiguration: { thingGroupIndexingMode: 'ON' },
  }));
  return operator;
}

test('things are found by a query, page by page', async (t) => {
  const operator = await stage(t);
  const query = { queryString: 'thingTypeName:pump AND attributes.temp>=72 NOT thingName:pump-4', maxResults: 2 };
  const first = await operator.send(new iot.SearchIndexCommand(query));
  assert.deepEqual(first.things.map(({ thingName }) => thingName), ['pump-2', 'pump-3']);
  assert.equal(first.things[0].thingTypeName, 'Pump');
  assert.deepEqual(first.things[0].attributes, { temp: '72' });
  const second = await operator.send(new iot.SearchIndexCommand({ ...query, nextToken: first.nextToken }));
  assert.deepEqual(second.things.map(({ thingName }) => thingName), ['pump-5']);
  assert.equal(second.nextToken, undefined);
});

test('indexes and their configuration are described', async (t) => {
  const operator = await stage(t);
  const { indexNames } = await operator.send(new iot.ListIndicesCommand({}));
  assert.deepEqual(indexNames, ['AWS_Things', 'AWS_ThingGroups']);
  const index = await operator.send(new iot.DescribeIndexCommand({ indexName: 'AWS_Things' }));
  assert.equal(index.indexStatus, 'ACTIVE');
  assert.equal(index.schema, 'REGISTRY');
  const { thingIndexingConfiguration } = await operator.send(new iot.GetIndexingConfigurationCommand({}));
  assert.equal(thingIndexingConfiguration.thingIndexingMode, 'REGISTRY');
  assert.ok(thingIndexingConfiguration.managedFields.some(({ name }) => name === 'registry.thingTypeName'));
});

test('a query that is none, and an index that is off, are refused by their exceptions', async (t) => {
  const operator = await stage(t);
  const search = (queryString) => operator.send(new iot.SearchIndexCommand({ queryString }));
  await assert.rejects(search('thingName:'), (error) => error instanceof iot.InvalidQueryException
    && /position 11: expected a value/.test(error.message));
  await operator.send(new iot.UpdateIndexingConfigurationCommand({ thingIndexingConfiguration: { thingIndexingMode: 'OFF' } }));
  await assert.rejects(search('*'), iot.ResourceNotFoundException);
});
