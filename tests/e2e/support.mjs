/*
 * What every test here needs: servers on free ports, and a world that closes in reverse order whatever it opened.
 * Waiting always means waiting for something to happen, with a time-out; nothing sleeps.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/* Where the programs under test are; E2E_BUILD names another build, one with sanitizers for example. */
export const binaries = path.join(process.env.E2E_BUILD ?? path.join(root, 'build/release'), 'bin');

export const WAIT_MS = 10_000;
export const REGION = 'eu-central-1';
export const ACCOUNT = '000000000000';
/* A frozen clock makes start times that can be written down. */
export const MIDNIGHT = '2030-01-01T00:00:00Z';
export const AT_00_31 = '2030-01-01 00:31';

/* Rejects when `promise` takes longer than `ms`; `what` says in the message what was awaited. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/* Asks again and again until `ask` gives something truthy. */
export async function eventually(what, ask) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < deadline, `waited ${WAIT_MS} ms for ${what}`);
    await new Promise(setImmediate);
  }
}

const handedOut = new Set();

/* Never the same twice, although the first is free again by the time that another is asked for. */
export async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  if (handedOut.has(port)) return freePort();
  handedOut.add(port);
  return port;
}

const camelCase = (key) => key.replace(/_[a-z]/g, (letter) => letter[1].toUpperCase());

/* Every listener the server has, switched off: a test names those it wants, and none takes a port behind its back. */
function allPortsOff() {
  const config = execFileSync(path.join(binaries, 'iotjobsd'), ['--print-config'], { encoding: 'utf8' });
  return Object.fromEntries([...config.matchAll(/^(\w+_port) = /gm)].map(([, key]) => [camelCase(key), 0]));
}

/* Settings for an HTTP and an MQTT listener on free ports, and no other. */
export async function freePorts() {
  return { ...allPortsOff(), httpPort: await freePort(), mqttPort: await freePort() };
}

function argumentsOf(settings) {
  return Object.entries(settings).flatMap(([key, value]) => {
    const option = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [option] : [option, String(value)];
  });
}

/* Runs iotjobsd with settings in camel case ({ httpPort: 0, inMemory: true }); it may come up or not. */
export class Process {
  constructor(settings, { cwd } = {}) {
    this.output = '';
    this.errors = '';
    this.began = performance.now();
    this.child = spawn(path.join(binaries, 'iotjobsd'), argumentsOf(settings), { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'close').then(
      ([code, signal]) => ({ code, signal }),
      (error) => assert.fail(`${error.message}; is it built? ./check release`),
    );
    this.ready = new Promise((resolve) => {
      this.child.stdout.setEncoding('utf8').on('data', (text) => {
        this.output += text;
        if (/^Ready\.$/m.test(this.output)) resolve(performance.now() - this.began);
      });
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.errors += text;
    });
  }

  get pid() {
    return this.child.pid;
  }

  /* Milliseconds until the ready line. */
  async started() {
    const died = this.ended.then(({ code, signal }) => {
      throw new Error(`iotjobsd ended (${code ?? signal}) before it was ready:\n${this.output}${this.errors}`);
    });
    died.catch(() => {});
    return within(WAIT_MS, `the ready line; so far:\n${this.output}${this.errors}`, Promise.race([this.ready, died]));
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /* Sends `signal` and returns how it ended and after how many milliseconds. */
  async end(signal) {
    const began = performance.now();
    if (this.running) this.child.kill(signal);
    const how = await within(WAIT_MS, `iotjobsd to end after ${signal}`, this.ended);
    return { ...how, tookMs: performance.now() - began };
  }
}

/* A server that is up. Its ports, and its folder unless it is in memory, outlive a kill(). */
export class Server {
  static async start(settings = {}, folder = undefined) {
    const server = new Server();
    server.folder = folder;
    server.settings = {
      ...(await freePorts()),
      ...(folder ? { data: path.join(folder, 'data') } : { inMemory: true }),
      ...settings,
    };
    await server.run();
    return server;
  }

  async run() {
    this.process = new Process(this.settings, { cwd: this.folder });
    this.readyMs = await this.process.started();
  }

  get url() {
    return `http://127.0.0.1:${this.settings.httpPort}`;
  }

  get mqttPort() {
    return this.settings.mqttPort;
  }

  /* As the operator stops it: it has to end cleanly, and within a second. */
  async stop() {
    if (!this.process.running) return;
    const { code, tookMs } = await this.process.end('SIGTERM');
    assert.equal(code, 0, `exit status after SIGTERM; it said:\n${this.process.errors}`);
    assert.ok(tookMs < 1000, `SIGTERM took ${tookMs.toFixed(0)} ms`);
  }

  async kill() {
    await this.process.end('SIGKILL');
  }

  /* Starts again with the same ports and folder; `changes` to the settings stay. */
  async restart(changes = {}) {
    Object.assign(this.settings, changes);
    await this.run();
  }

  async http(method, route, { body, headers, service = 'iot' } = {}) {
    const scope = `dummy/20300101/${REGION}/${service}/aws4_request`;
    const answer = await fetch(this.url + route, {
      method,
      body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
        ...headers,
      },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const text = await answer.text();
    let json;
    try {
      json = text === '' ? undefined : JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, errorType: answer.headers.get('x-amzn-errortype'), text, json };
  }

  async createThing(name) {
    const { status, text } = await this.http('POST', `/things/${name}`, { body: {} });
    assert.equal(status, 200, text);
  }

  async createJob(jobId, thing, document = { op: 'noop' }) {
    const body = { targets: [thingArn(thing)], document: JSON.stringify(document) };
    const { status, text } = await this.http('PUT', `/jobs/${jobId}`, { body });
    assert.equal(status, 200, text);
  }

  async clock(change) {
    const { status, text } = await this.http('POST', '/_iotjobs/clock', { body: change });
    assert.equal(status, 200, text);
  }

  /* Until it is frozen a virtual clock runs, from its start on. */
  async freeze(at) {
    await this.clock({ freeze: true });
    await this.clock({ set: at });
  }

  async advance(duration) {
    await this.clock({ advance: duration });
  }
}

/* Everything that one test opens; closed in reverse order when the test ends, passed or not. */
export class World {
  constructor(t) {
    this.closers = [];
    t.after(async () => {
      const problems = [];
      for (const close of this.closers.reverse()) {
        try {
          await close();
        } catch (problem) {
          problems.push(problem);
        }
      }
      if (problems.length > 0) throw problems[0];
    });
  }

  onClose(close) {
    this.closers.push(close);
  }

  async temporaryFolder() {
    const folder = await mkdtemp(path.join(tmpdir(), 'iotjobsd-e2e-'));
    this.onClose(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /* A server with its clock frozen at midnight; in memory unless `durable`. */
  async frozenServer({ durable = false, ...settings } = {}) {
    const server = await this.server({ durable, virtualClock: true, clockStart: MIDNIGHT, ...settings });
    await server.freeze(MIDNIGHT);
    return server;
  }

  async server({ durable = false, ...settings } = {}) {
    const server = await Server.start(settings, durable ? await this.temporaryFolder() : undefined);
    this.onClose(() => server.stop());
    return server;
  }
}

export const thingArn = (name) => `arn:aws:iot:${REGION}:${ACCOUNT}:thing/${name}`;
