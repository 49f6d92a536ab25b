/* A device in C on libmosquitto, see zero_byte_client.c: what it never subscribed to has to reach it all the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';

import { Inbox } from './clients.mjs';
import { binaries, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const JOB = 'fw-7';
const topics = `$aws/things/${THING}/jobs`;

/* What it prints, in order: [what, topic, payload or number of bytes]. */
class ZeroByteClient {
  static async start(world, server) {
    const self = new ZeroByteClient();
    self.lines = new Inbox();
    self.child = spawn(path.join(binaries, 'zero_byte_client'), [server.mqttPort, THING], { stdio: ['pipe', 'pipe', 'inherit'] });
    self.ended = once(self.child, 'close');
    world.onClose(() => self.end());
    createInterface({ input: self.child.stdout }).on('line', (line) => {
      const [, what, topic, rest] = line.match(/^(\w+)(?: (\S+) (.*))?$/);
      self.lines.put({ what, topic, rest });
    });
    await self.published('$next/get', 0);
    return self;
  }

  async published(request, bytes) {
    const { rest } = await this.lines.take(`its ${request}`, (line) => line.what === 'published' && line.topic === `${topics}/${request}`);
    if (bytes !== undefined) assert.equal(Number(rest), bytes);
  }

  /* The payload of the next message; it has to be on `topic`. */
  async received(topic) {
    const line = await this.lines.take(`a message on ${topic}`, ({ what }) => what === 'received');
    assert.equal(line.topic, `${topics}/${topic}`, line.rest);
    return JSON.parse(line.rest);
  }

  /* It reports IN_PROGRESS once more. */
  async goOn() {
    this.child.stdin.write('\n');
    await this.published(`${JOB}/update`);
  }

  async end() {
    this.child.stdin.end();
    const [code] = await within(WAIT_MS, 'the client to end', this.ended);
    assert.equal(code, 0);
  }
}

async function cancel(server, route) {
  const { status, text } = await server.http('PUT', `${route}?force=true`, { body: {} });
  assert.equal(status, 200, text);
}

for (const [operation, route] of [
  ['CancelJob', `/jobs/${JOB}/cancel`],
  ['CancelJobExecution', `/things/${THING}/jobs/${JOB}/cancel`],
]) {
  test(`it asks with zero bytes, works, and learns from its next report that a forced ${operation} ended the job`, async (t) => {
    const world = new World(t);
    const server = await world.server();
    await server.createThing(THING);
    await server.createJob(JOB, THING);
    const device = await ZeroByteClient.start(world, server);

    const { execution } = await device.received('$next/get/accepted');
    assert.equal(execution.jobId, JOB);
    assert.deepEqual(execution.jobDocument, { op: 'noop' });
    assert.deepEqual(Object.keys(await device.received(`${JOB}/update/accepted`)), ['timestamp']);
    await cancel(server, route);
    assert.deepEqual(Object.keys(await device.received('notify-next')), ['timestamp']);
    await device.goOn();
    const rejected = await device.received(`${JOB}/update/rejected`);
    assert.equal(rejected.code, 'InvalidStateTransition');
    assert.deepEqual(rejected.executionState, { status: 'CANCELED', versionNumber: 3 });
    await device.end();
  });
}

test('it is told that nothing is pending, and does the job that comes later', async (t) => {
  const world = new World(t);
  const server = await world.server();
  await server.createThing(THING);
  const device = await ZeroByteClient.start(world, server);
  assert.deepEqual(Object.keys(await device.received('$next/get/accepted')), ['timestamp']);

  await server.createJob(JOB, THING);
  assert.equal((await device.received('notify-next')).execution.jobId, JOB);
  await device.received(`${JOB}/update/accepted`);
  await device.goOn();
  await device.received(`${JOB}/update/accepted`);
  const { json } = await server.http('GET', `/things/${THING}/jobs/${JOB}`);
  assert.equal(json.execution.status, 'IN_PROGRESS');
  assert.equal(json.execution.versionNumber, 3);
});
