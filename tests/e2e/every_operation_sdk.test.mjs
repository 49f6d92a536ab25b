/* The AWS SDK for JavaScript v3 does everything that there is, and reads every refusal as the class that it models. */
import assert from 'node:assert/strict';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';
import * as data from '@aws-sdk/client-iot-jobs-data-plane';

import { controlPlane, dataPlane } from './clients.mjs';
import { fixtures, operations, pagedLists, stage, twoPages, withoutGaps } from './every_operation.mjs';
import { World } from './support.mjs';

/* Lists that the SDK has no paginator for. */
const WITHOUT_PAGINATOR = ['SearchIndex'];

/* What the SDK made of an answer has the types that the model says; times are Dates of the server's year. */
function checkParsed(shape, value, path) {
  switch (shape.type) {
    case 'structure':
      for (const [name, inner] of Object.entries(value)) {
        if (name !== '$metadata' && inner !== undefined) checkParsed(shape.member(name).shape, inner, `${path}.${name}`);
      }
      break;
    case 'list':
      value.forEach((item) => checkParsed(shape.element, item, `${path}[]`));
      break;
    case 'map':
      Object.values(value).forEach((item) => checkParsed(shape.element, item, `${path}{}`));
      break;
    case 'timestamp':
      assert.ok(value instanceof Date, `${path} is no Date: ${value}`);
      assert.ok(value.getUTCFullYear() >= 2020 && value.getUTCFullYear() < 2050, `${path} is ${value}`);
      break;
    case 'boolean':
      assert.equal(typeof value, 'boolean', path);
      break;
    case 'string':
    case 'enum':
      assert.equal(typeof value, 'string', path);
      break;
    default:
      assert.equal(typeof value, 'number', path);
  }
}

function clientsOf(world, server) {
  const control = { sdk: iot, client: controlPlane(world, server) };
  const device = { sdk: data, client: dataPlane(world, server) };
  return (operation) => {
    const { sdk, client } = operation.scope === 'iot' ? control : device;
    return { sdk, client, send: (input) => client.send(new sdk[`${operation.name}Command`](withoutGaps(input))) };
  };
}

/* Those that leave others a different server go last. */
const inOrder = () => [...operations.values()].sort((a, b) => Boolean(fixtures[a.key].alone) - Boolean(fixtures[b.key].alone));

test('the table of operations is the model, and the SDK knows them all', () => {
  assert.deepEqual(Object.keys(fixtures).sort(), [...operations.keys()].sort());
  for (const { name, scope } of operations.values())
    assert.ok((scope === 'iot' ? iot : data)[`${name}Command`], `the SDK has no ${name}`);
});

test('the SDK does every operation', async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const clientOf = clientsOf(world, server);
  for (const operation of inOrder()) {
    const { needs, variants } = fixtures[operation.key];
    for (const [variant, { needs: more, input }] of Object.entries(variants)) {
      await t.test(`${operation.key}: ${variant}`, async () => {
        const made = await scene(needs, more);
        const answer = await clientOf(operation).send(input(made));
        assert.equal(answer.$metadata.httpStatusCode, 200);
        assert.ok(answer.$metadata.requestId);
        if (operation.output) checkParsed(operation.output, answer, operation.key);
      });
    }
  }
});

test('the SDK reads every refusal as the class that it models', async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const clientOf = clientsOf(world, server);
  for (const operation of inOrder()) {
    const { needs, errors = {} } = fixtures[operation.key];
    for (const [what, { needs: more, input, exception, exceptions = [exception] }] of Object.entries(errors)) {
      await t.test(`${operation.key}: ${what}`, async () => {
        const made = await scene(needs, more);
        const { sdk, send } = clientOf(operation);
        await assert.rejects(send(input(made)), (error) => {
          assert.ok(exceptions.includes(error.name), `${error.name}: ${error.message}`);
          assert.ok(error instanceof sdk[error.name], `${error.name} is no class of the SDK's`);
          assert.ok(error.message);
          return true;
        });
      });
    }
  }
});

test("the SDK's paginators put every list together again", async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const clientOf = clientsOf(world, server);
  for (const list of pagedLists()) {
    const { sdk, client, send } = clientOf(list.operation);
    const paginate = sdk[`paginate${list.operation.name}`];
    assert.equal(paginate === undefined, WITHOUT_PAGINATOR.includes(list.key), `paginate${list.operation.name}`);
    if (!paginate || fixtures[list.key].variants['the second page'] === undefined) continue;
    await t.test(list.key, async () => {
      const input = await twoPages(list, scene);
      const whole = await send(input);
      const [items] = list.items.filter((name) => whole[name]?.length > 0);
      const pages = [];
      for await (const page of paginate({ client, pageSize: 1 }, input)) pages.push(page[items]);
      assert.ok(pages.length > 1, 'there is more than one page');
      assert.ok(
        pages.every((page) => page.length <= 1),
        'no page has more than what was asked for',
      );
      assert.deepEqual(pages.flat(), whole[items]);
    });
  }
});
