#!/usr/bin/env node
/*
 * Holds the REST API to the model, operation by operation.
 *
 *     tests/conformance/run.mjs [--complete] [--verbose] [OPERATION...]
 *     tests/conformance/run.mjs --count          how many cases each operation has, as JSON; starts no server
 *
 * Needs the release build (or CONFORMANCE_BUILD). With --complete, whatever answers 501 has failed.
 */
import { casesOf } from './cases.mjs';
import { fixtures, prelude } from './fixtures.mjs';
import { operations } from './model.mjs';
import { outputPaths, problemsOf } from './reply.mjs';
import { Client, requestOf } from './request.mjs';
import { MIDNIGHT, Scene, Unanswered } from './scene.mjs';
import { startServer } from './server.mjs';
import { wireCases } from './wire.mjs';

const AT_A_TIME = 12;
const SHOWN = 40;
const CONSTRAINT = /^\d+ validation errors? detected: /;

const sketch = () => new Scene(undefined, 0);
const allCases = () =>
  new Map(
    [...operations].map(([key, operation]) => {
      if (!fixtures[key]) throw new Error(`there are no fixtures for ${key}`);
      return [key, casesOf(operation, fixtures[key], sketch)];
    }),
  );

/* ---- one case: it returns what is wrong, as lines of text; none if all is well */

const told = (reply) => `${reply.status} ${reply.headers['x-amzn-errortype'] ?? ''} ${reply.text.slice(0, 600)}`;
const exceptionOf = (reply) => reply.headers['x-amzn-errortype'];

function expectRefusal(reply, message) {
  if (reply.status === 400 && exceptionOf(reply) === 'InvalidRequestException' && reply.json.message === message) return [];
  return [`expected 400 ${message}\n      got      ${told(reply)}`];
}

function expectWrongType(reply, path) {
  if (reply.status === 400 && exceptionOf(reply) === 'InvalidRequestException' && reply.json.message.includes(`'${path}'`))
    return [];
  return [`expected 400 InvalidRequestException with '${path}', got ${told(reply)}`];
}

function expectError(reply, scene, { exception, exceptions = [exception], message }) {
  const wanted = typeof message === 'function' ? message(scene) : message;
  if (exceptions.includes(exceptionOf(reply)) && (wanted === undefined || reply.json.message === wanted)) return [];
  return [`expected ${exceptions.join(' or ')} ${wanted ?? ''}, got ${told(reply)}`];
}

function expectSuccess(reply, mayRefuse) {
  if (reply.status === 200) return [];
  if (mayRefuse && !CONSTRAINT.test(reply.json.message) && reply.status < 500) return [];
  return [`expected 200, got ${told(reply)}`];
}

class Run {
  constructor(client) {
    this.client = client;
    this.scenes = 0;
    this.seen = new Map([...operations.keys()].map((key) => [key, new Set()]));
  }

  /* Sends, and holds whatever comes back against the model. */
  async ask(operation, request, problems) {
    const reply = await this.client.send(request);
    if (reply.status === 501) throw new Unanswered();
    problems.push(...problemsOf(operation, reply, this.seen.get(operation.key)));
    return reply;
  }

  async scene(...needs) {
    this.scenes += 1;
    return new Scene(this.client, this.scenes).after(needs.flatMap((steps) => steps ?? []));
  }

  async served(operation, fixture, { variant, change = (input) => input, like, send = (request) => request, mayRefuse }) {
    const problems = [];
    const { needs, input } = fixture.variants[variant];
    const asked = async (changed, spoil) => {
      const scene = await this.scene(fixture.needs, needs);
      return this.ask(operation, send(requestOf(operation, changed(input(scene))), spoil), problems);
    };
    const reply = await asked(change, true);
    if (!like) return [...problems, ...expectSuccess(reply, mayRefuse)];
    const other = await asked(like, false);
    if (reply.status !== other.status || exceptionOf(reply) !== exceptionOf(other))
      problems.push(`answers ${told(reply)}, and without it ${told(other)}`);
    return problems;
  }

  async error(operation, fixture, error) {
    const problems = [];
    const scene = await this.scene(fixture.needs, error.needs);
    const reply = await this.ask(operation, requestOf(operation, error.input(scene)), problems);
    return [...problems, ...expectError(reply, scene, error)];
  }

  async refused(operation, { input, refused, wrongType }) {
    const problems = [];
    const reply = await this.ask(operation, requestOf(operation, input), problems);
    return [...problems, ...(wrongType ? expectWrongType(reply, wrongType) : expectRefusal(reply, refused))];
  }

  async one(operation, fixture, test) {
    if (test.run) return test.run(this);
    if (test.error) return this.error(operation, fixture, test.error);
    return test.variant ? this.served(operation, fixture, test) : this.refused(operation, test);
  }
}

/* ---- all of them */

async function runCase(run, tally, operation, fixture, test) {
  try {
    const problems = await run.one(operation, fixture, test);
    if (problems.length === 0) tally.passed += 1;
    else tally.failures.push({ what: test.what, problems });
  } catch (error) {
    if (error instanceof Unanswered) tally.unanswered += 1;
    else tally.failures.push({ what: test.what, problems: [String(error.message)] });
  }
}

/* A server that ends by itself ends this, too. */
async function runSome(run, server, work, atATime) {
  const next = work.values();
  const worker = async () => {
    for (const { tally, operation, fixture, test } of next) {
      await runCase(run, tally, operation, fixture, test);
      if (server.lastWords) return;
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

/* What every list and every configuration says that can be asked for without naming anything. */
async function everything(client) {
  const found = {};
  for (const operation of operations.values()) {
    if (operation.method !== 'GET' || operation.input.members.some(({ required }) => required)) continue;
    const { status, text } = await client.ask(operation, {});
    found[operation.key] = `${status} ${text}`;
  }
  return found;
}

/* First what is bad input, which leaves the empty server as it is; then what needs a world, several at a time; then, one by
 * one, what changes the worlds of others. */
async function runAll(run, server, work) {
  const bad = ({ test }) => test.refused !== undefined || test.wrongType !== undefined;
  const before = await everything(run.client);
  await runSome(run, server, work.filter(bad), AT_A_TIME);
  const after = server.lastWords ? before : await everything(run.client);
  await run.scene(prelude).catch((error) => {
    if (!(error instanceof Unanswered)) throw error;
  });
  await runSome(
    run,
    server,
    work.filter((item) => !bad(item) && !item.fixture.alone),
    AT_A_TIME,
  );
  await runSome(
    run,
    server,
    work.filter((item) => !bad(item) && item.fixture.alone),
    1,
  );
  const changed = Object.keys(before).filter((key) => before[key] !== after[key]);
  const problems = changed.map((key) => `${key}: ${before[key]} has become ${after[key]}`);
  if (server.lastWords) problems.push(`the server ended: ${server.lastWords}`);
  return problems;
}

/* Each member of the output came in one answer at least, but for those that the fixtures name. */
function checkOutput(seen, tally, operation, { unseen = [] }) {
  const missing = outputPaths(operation.output).filter(
    (path) => !seen.has(path) && !unseen.some((prefix) => path.startsWith(prefix)),
  );
  const outermost = missing.filter(
    (path) => !missing.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[]`)),
  );
  if (!operation.output) return;
  const problems = outermost.map((path) => `${path} was never answered`);
  problems.push(...unseen.filter((path) => seen.has(path)).map((path) => `${path} should never be answered, by the fixtures`));
  if (problems.length === 0) tally.passed += 1;
  else if (tally.unanswered > 0) tally.unanswered += 1;
  else tally.failures.push({ what: 'every member of the output', problems });
}

function report(tallies, { verbose, complete }) {
  let [passed, failed, unanswered] = [0, 0, 0];
  for (const [key, tally] of tallies) {
    passed += tally.passed;
    failed += tally.failures.length;
    unanswered += tally.unanswered;
    console.log(
      `${key.padEnd(34)} ${String(tally.passed).padStart(4)} passed${tally.failures.length ? `, ${tally.failures.length} FAILED` : ''}${tally.unanswered ? `, ${tally.unanswered} answered 501` : ''}`,
    );
    for (const { what, problems } of tally.failures.slice(0, verbose ? Infinity : SHOWN))
      console.log(`    not ok: ${what.slice(0, 200)}\n      ${problems.map((line) => line.slice(0, 2000)).join('\n      ')}`);
  }
  if (unanswered > 0) console.log(`\n${unanswered} cases met a 501${complete ? ', and count as failed' : ''}.`);
  return [passed, failed + (complete ? unanswered : 0)];
}

function options(args) {
  const flags = args.filter((arg) => arg.startsWith('--'));
  return {
    count: flags.includes('--count'),
    verbose: flags.includes('--verbose'),
    complete: flags.includes('--complete'),
    wanted: args.filter((arg) => !arg.startsWith('--')),
  };
}

async function main() {
  const chosen = options(process.argv.slice(2));
  const cases = allCases();
  if (chosen.count) {
    console.log(JSON.stringify(Object.fromEntries([...cases].map(([key, list]) => [key, list.length]))));
    return true;
  }
  const tallies = new Map();
  const work = [];
  const add = (key, operation, fixture, tests) => {
    if (chosen.wanted.length > 0 && !chosen.wanted.includes(key)) return;
    const tally = { passed: 0, unanswered: 0, failures: [] };
    tallies.set(key, tally);
    tests.forEach((test) => work.push({ tally, operation, fixture, test }));
  };
  for (const [key, tests] of cases) add(key, operations.get(key), fixtures[key], tests);
  add('wire', undefined, {}, wireCases);

  const began = performance.now();
  const server = await startServer(MIDNIGHT);
  const client = new Client(server.port, AT_A_TIME);
  const run = new Run(client);
  try {
    await client.send({ method: 'POST', path: '/_iotjobs/clock', body: '{"freeze":true}' });
    const problems = await runAll(run, server, work);
    const failures = problems.length > 0 ? [{ what: 'the server lives on, and bad input changes nothing', problems }] : [];
    tallies.set('the server', { passed: 1 - failures.length, unanswered: 0, failures });
  } finally {
    client.close();
    await server.stop();
  }
  for (const [key, tally] of tallies)
    if (operations.has(key)) checkOutput(run.seen.get(key), tally, operations.get(key), fixtures[key]);
  const [passed, failed] = report(tallies, chosen);
  console.log(`${client.sent} requests in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

process.exitCode = (await main()) ? 0 : 1;
