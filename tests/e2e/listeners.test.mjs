/* A job is done in the same way whichever listener and version of MQTT a device speaks. */
import assert from 'node:assert/strict';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { freePort, World } from './support.mjs';

const versions = [['3.1.1', 4], ['5', 5]];
/* Each with mqtt.js's name for it. AWS has its WebSockets at /mqtt, so that is where its clients go. */
const transports = [['plain TCP', 'mqtt'], ['TLS', 'mqtts'], ['WebSocket', 'ws', { path: '/mqtt' }]];

test('every listener speaks every version', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer({ mqttsPort: await freePort(), websocketPort: await freePort() });
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();

  for (const [transportName, transport, options] of transports) {
    for (const [version, protocolVersion] of versions) {
      await t.test(`MQTT ${version} over ${transportName}`, async () => {
        const thing = `${transport}-${protocolVersion}`;
        const job = `job-${thing}`;
        const topics = `$aws/things/${thing}/jobs`;
        await server.createThing(thing);
        const device = await MqttClient.connect(world, server, { clientId: thing, transport, protocolVersion, ca, ...options });
        await device.subscribe(`${topics}/notify`, `${topics}/notify-next`);

        await server.createJob(job, thing);
        assert.deepEqual((await device.next(`${topics}/notify`)).jobs.QUEUED.map((each) => each.jobId), [job]);
        assert.deepEqual((await device.next(`${topics}/notify-next`)).execution.jobDocument, { op: 'noop' });
        const started = await device.ask(`${topics}/start-next`, {});
        assert.equal(started.accepted.execution.jobId, job);
        const update = { expectedVersion: 2, statusDetails: { pct: '100' }, includeJobExecutionState: true };
        const early = await device.ask(`${topics}/${job}/update`, { ...update, status: 'QUEUED' });
        assert.equal(early.rejected.code, 'InvalidStateTransition');
        const done = await device.ask(`${topics}/${job}/update`, { ...update, status: 'SUCCEEDED' });
        assert.deepEqual(done.accepted.executionState, { status: 'SUCCEEDED', statusDetails: { pct: '100' }, versionNumber: 3 });
        assert.deepEqual((await device.next(`${topics}/notify`)).jobs, {});
        assert.equal('execution' in (await device.next(`${topics}/notify-next`)), false);

        await device.settle(thing);
        const answers = ['start-next/accepted', `${job}/update/rejected`, `${job}/update/accepted`];
        const wire = ['notify', 'notify-next', ...answers, 'notify', 'notify-next'];
        assert.deepEqual(device.topics, wire.map((each) => `${topics}/${each}`));
        assert.ok(device.inbox.all.every((m) => m.qos === 1 && !m.retain));
        const { json } = await server.http('GET', `/jobs/${job}`);
        assert.equal(json.job.status, 'COMPLETED');
      });
    }
  }
});
