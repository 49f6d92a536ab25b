/* The AWS CLI does what there is, once each, with the options that people type; with E2E_LONG=1 all of it. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { awsDoes } from './clients.mjs';
import { fixtures, operations, pagedLists, stage, twoPages, withoutGaps } from './every_operation.mjs';
import { World } from './support.mjs';

/* Each takes a good second of a processor's time to start. */
const AT_A_TIME = 4;
/* Else each second one: the SDK does them all, and what the CLI makes of them differs by the shape of their input. */
const EVERY_ONE = process.env.E2E_LONG === '1';
/* Lists that the CLI does not page by itself. */
const WITHOUT_PAGINATOR = ['SearchIndex'];

/* As the CLI does: CreateCertificateFromCsr, caCertificatePem, registerCertificateWithoutCA. */
const kebab = (name) =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();

function argumentsOf(operation, input) {
  return Object.entries(withoutGaps(input)).flatMap(([name, value]) => {
    const option = `--${kebab(name)}`;
    if (typeof value === 'boolean') return [value ? option : option.replace('--', '--no-')];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return text.startsWith('-') ? [`${option}=${text}`] : [option, text];
  });
}

const command = (operation) => [operation.scope, kebab(operation.name)];

/* The fixtures' fullest input. */
function fullest({ variants }) {
  const { everything = Object.values(variants)[0] } = variants;
  return everything;
}

const without = (value, name) =>
  Array.isArray(value)
    ? value.map((each) => without(each, name))
    : value && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (key === name ? [] : [[key, without(each, name)]])))
      : value;

/* The input without what a CLI says that it does not know: Debian's is older than some members. null: it says no such thing. */
function lessOf(input, message) {
  const [, option] = message.match(/Unknown options: --([a-z0-9-]+)/) ?? [];
  const [, name] = message.match(/Unknown parameter in [^:]+: "(\w+)"/) ?? [];
  const unknown = name ?? Object.keys(input).find((key) => option && kebab(key) === option);
  return unknown ? without(input, unknown) : null;
}

async function doesWhatItKnows(t, server, operation, input) {
  for (let given = input; ; ) {
    try {
      return await awsDoes(server, ...command(operation), ...argumentsOf(operation, given));
    } catch (error) {
      if (/argument operation: Invalid choice/.test(error.message)) {
        t.skip(`this CLI does not know ${operation.name}`);
        return {};
      }
      given = lessOf(given, error.message);
      if (!given) throw error;
      t.diagnostic(`this CLI does not know all members of ${operation.name}`);
    }
  }
}

async function inParallel(tasks) {
  const next = tasks.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const task of next) await task();
    }),
  );
}

test('the CLI does the operations', async (t) => {
  const world = new World(t);
  const { server, scene } = await stage(world);
  const doing = (operation) => () =>
    t.test(operation.key, async (each) => {
      const fixture = fixtures[operation.key];
      const { needs, input } = fullest(fixture);
      const made = await scene(fixture.needs, needs);
      const answer = await doesWhatItKnows(each, server, operation, input(made));
      for (const name of Object.keys(answer ?? {}))
        assert.ok(operation.output.member(name) || name === 'NextToken', `${name} is no member of the answer`);
    });
  const all = [...operations.values()].filter((_, i) => EVERY_ONE || i % 2 === 0);
  await inParallel(all.filter(({ key }) => !fixtures[key].alone).map(doing));
  for (const operation of all.filter(({ key }) => fixtures[key].alone)) await doing(operation)();
});

/* The lists of one kind: those that the CLI pages by itself, and those whose page size is an option of their own. */
const listsBy = (token) =>
  pagedLists().filter(
    ({ key, input }) => input === token && !WITHOUT_PAGINATOR.includes(key) && fixtures[key].variants['the second page'],
  );

/* Runs `check(list, page)` for each, where page(options…) is the list as the CLI shows it in a world with two pages. */
async function forEachList(t, lists, check) {
  const world = new World(t);
  const { server, scene } = await stage(world);
  await inParallel(
    lists.map(
      (list) => () =>
        t.test(list.key, async (each) => {
          const input = argumentsOf(list.operation, await twoPages(list, scene));
          try {
            await check(list, (...options) => awsDoes(server, ...command(list.operation), ...input, ...options));
          } catch (error) {
            if (!/Unknown options: --page-size/.test(error.message)) throw error;
            each.skip('this CLI does not page the list by itself');
          }
        }),
    ),
  );
}

const itemsOf = ({ items }, answer) => answer[items.find((name) => answer[name])];

test('the CLI puts every list together from its pages', async (t) => {
  await forEachList(t, listsBy('nextToken'), async (list, page) => {
    const items = itemsOf(list, await page('--page-size', '1', '--max-items', '2'));
    assert.equal(items.length, 2);
    assert.notDeepEqual(items[0], items[1]);
  });
});

test('the CLI goes on with a list where it stopped', async (t) => {
  const lists = listsBy('nextToken').filter(({ key }) => ['ListJobs', 'ListThings'].includes(key));
  await forEachList(t, lists, async (list, page) => {
    const one = ['--page-size', '1', '--max-items', '1'];
    const first = await page(...one);
    const second = await page(...one, '--starting-token', first.NextToken);
    assert.equal(itemsOf(list, first).length, 1);
    assert.equal(itemsOf(list, second).length, 1);
    assert.notDeepEqual(itemsOf(list, second), itemsOf(list, first));
  });
});

test('the CLI goes on with a list behind its marker', async (t) => {
  await forEachList(t, listsBy('marker'), async (list, page) => {
    const first = await page('--page-size', '1');
    const second = await page('--page-size', '1', '--marker', first.nextMarker);
    assert.equal(itemsOf(list, first).length, 1);
    assert.equal(itemsOf(list, second).length, 1);
    assert.notDeepEqual(itemsOf(list, second), itemsOf(list, first));
  });
});
