/*
 * Every operation of the API, with the worlds and inputs that the conformance tests have for it: clients of our users' send
 * them here, and read the answers.
 */
import assert from 'node:assert/strict';

import { fixtures, prelude } from '../conformance/fixtures.mjs';
import { operations } from '../conformance/model.mjs';
import { Client } from '../conformance/request.mjs';
import { Scene } from '../conformance/scene.mjs';

export { fixtures, operations };

const CONNECTIONS = 4;

/* { server, scene(needs…) } of a server at midnight; a scene is a new world in it, with names of its own. */
export async function stage(world) {
  const server = await world.frozenServer();
  const client = new Client(server.settings.httpPort, CONNECTIONS);
  world.onClose(() => client.close());
  let scenes = 0;
  const scene = (...needs) => {
    scenes += 1;
    return new Scene(client, scenes).after(needs.flatMap((steps) => steps ?? []));
  };
  await scene(prelude);
  return { server, scene };
}

/* The fixtures' inputs leave out a member by saying undefined; clients' checks do not like to see that. */
export const withoutGaps = (input) => JSON.parse(JSON.stringify(input));

/* The lists that come in pages, and where: [{ key, operation, input, output, items }]. `input` and `output` are the members
 * that hold the token, `size` that of the page's size. */
export function pagedLists() {
  return [...operations.values()].flatMap((operation) => {
    const output = ['nextToken', 'nextMarker'].find((name) => operation.output?.member(name));
    if (!output || !operation.input.member(output === 'nextToken' ? 'nextToken' : 'marker')) return [];
    const items = operation.output.members.filter(({ shape }) => shape.type === 'list').map(({ name }) => name);
    const [input, size] = output === 'nextToken' ? ['nextToken', 'maxResults'] : ['marker', 'pageSize'];
    return [{ key: operation.key, operation, input, output, size, items }];
  });
}

/* A world in which the list has two pages of one item, and the input that asks for it. */
export async function twoPages({ key, input, size }, scene) {
  const { needs, variants } = fixtures[key];
  const made = await scene(needs, variants['the second page'].needs);
  const { [input]: token, [size]: one, ...rest } = variants['the second page'].input(made);
  assert.ok(token, `the fixture of ${key} has no second page`);
  return rest;
}
