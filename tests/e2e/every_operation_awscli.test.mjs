/* The AWS CLI does everything that there is, once each, with the options that people type. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { awsDoes } from './clients.mjs';
import { fixtures, operations, pagedLists, stage, twoPages, withoutGaps } from './every_operation.mjs';
import { World } from './support.mjs';

/* Each takes a good second of a processor's time to start. */
const AT_A_TIME = 4;
const SERVICES = { iot: 'iot', 'iot-jobs-data': 'iot-jobs-data' };
/* Lists that the CLI does not page by itself. */
const WITHOUT_PAGINATOR = ['SearchIndex'];

/* As the CLI does: CreateCertificateFromCsr, caCertificatePem, registerCertificateWithoutCA. */
const kebab = (name) => name.replace(/(.)([A-Z][a-z]+)/g, '$1-$2').replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

function argumentsOf(operation, input) {
  return Object.entries(withoutGaps(input)).flatMap(([name, value]) => {
    const option = `--${kebab(name)}`;
    if (typeof value === 'boolean') return [value ? option : option.replace('--', '--no-')];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text.startsWith('-') ? [`${option}=${text}`] : [option, text];
  });
}

const command = (operation) => [SERVICES[operation.scope], kebab(operation.name)];

/* The fixtures' fullest input. */
function fullest({ variants }) {
  const { everything = Object.values(variants)[0] } = variants;
  return everything;
}

async function inParallel(tasks) {
  const next = tasks.values();
  await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
    for (const task of next) await task();
  }));
}

test('the CLI does every operation', async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const doing = (operation) => () => t.test(operation.key, async () => {
    const fixture = fixtures[operation.key];
    const { needs, input } = fullest(fixture);
    const made = await scene(fixture.needs, needs);
    const answer = await awsDoes(server, ...command(operation), ...argumentsOf(operation, input(made)));
    for (const name of Object.keys(answer ?? {})) assert.ok(operation.output.member(name) || name === 'NextToken', `${name} is no member of the answer`);
  });
  const all = [...operations.values()];
  await inParallel(all.filter(({ key }) => !fixtures[key].alone).map(doing));
  for (const operation of all.filter(({ key }) => fixtures[key].alone)) await doing(operation)();
});

test('the CLI cuts every list into pages, and goes on where it stopped', async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const lists = pagedLists().filter(({ key }) => !WITHOUT_PAGINATOR.includes(key) && fixtures[key].variants['the second page']);
  await inParallel(lists.map((list) => () => t.test(list.key, async () => {
    const input = argumentsOf(list.operation, await twoPages(list, scene));
    const page = (...more) => awsDoes(server, ...command(list.operation), ...input, '--page-size', '1', '--max-items', '1', ...more);
    const first = await page();
    const second = await page('--starting-token', first.NextToken);
    for (const items of list.items.filter((name) => first[name])) {
      assert.equal(first[items].length, 1);
      assert.equal(second[items].length, 1);
      assert.notDeepEqual(second[items], first[items]);
    }
  })));
});
