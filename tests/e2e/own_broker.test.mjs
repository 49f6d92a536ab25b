/* The plugin in a broker that somebody else has configured: who may connect stays that configuration's to say. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import mqtt from 'mqtt';

import { MqttClient } from './clients.mjs';
import { binaries, eventually, freePort, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const named = { username: 'somebody', password: 'secret' };

/* A mosquitto with the plugin and these lines more of configuration. */
async function broker(world, ...lines) {
  const folder = await world.temporaryFolder();
  const [mqttPort, httpPort] = [await freePort(), await freePort()];
  const file = path.join(folder, 'mosquitto.conf');
  await writeFile(file, [
    'per_listener_settings false',
    `listener ${mqttPort} 127.0.0.1`,
    `plugin ${path.join(binaries, 'iotjobs.so')}`,
    `plugin_opt_http_port ${httpPort}`,
    'plugin_opt_https_port 0',
    'plugin_opt_in_memory true',
    ...(process.getuid() === 0 ? ['user root'] : []), // another user may not see the plugin
    ...lines,
    '',
  ].join('\n'));
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  const child = spawn('mosquitto', ['-c', file], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  world.onClose(async () => {
    child.kill('SIGTERM');
    await within(WAIT_MS, 'mosquitto to end', ended);
  });
  await within(WAIT_MS, 'the ready line', new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => text.includes('Ready.') && resolve());
  }));
  const url = `http://127.0.0.1:${httpPort}`;
  return {
    settings: { mqttPort },
    async ask(method, route, body = {}) {
      const answer = await fetch(url + route, {
        method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' },
      });
      return { status: answer.status, json: await answer.json() };
    },
  };
}

const configuration = {
  thingIndexingConfiguration: { thingIndexingMode: 'REGISTRY', thingConnectivityIndexingMode: 'STATUS' },
};

async function connectedThings(server) {
  const { json } = await server.ask('POST', '/indices/search', { queryString: 'connectivity.connected:true' });
  return json.things.map((each) => each.thingName);
}

const connect = (world, server, options) => MqttClient.connect(world, server, { clientId: THING, ...options });

/* The broker says no to CONNECT. */
async function isRefused(world, server, options) {
  const client = mqtt.connect(`mqtt://127.0.0.1:${server.settings.mqttPort}`, {
    clientId: THING, protocolVersion: 4, reconnectPeriod: 0, ...options,
  });
  world.onClose(() => client.endAsync(true));
  const [error] = await within(WAIT_MS, 'the refusal', once(client, 'error'));
  assert.match(error.message, /Not authorized/);
}

test('without track_connections nobody is noticed, and everybody is let in as before', async (t) => {
  const world = new World(t);
  const server = await broker(world, 'allow_anonymous true');
  await server.ask('POST', `/things/${THING}`);
  await connect(world, server);
  await connect(world, server, { clientId: 'other', ...named });
  const { status, json } = await server.ask('POST', '/indexing/config', configuration);
  assert.equal(status, 400);
  assert.match(json.message, /track_connections/);
});

test('with track_connections defer the broker decides, and who is let in is noticed', async (t) => {
  const world = new World(t);
  const server = await broker(world, 'allow_anonymous true', 'plugin_opt_track_connections defer');
  await server.ask('POST', `/things/${THING}`);
  await server.ask('POST', '/things/other');
  await server.ask('POST', '/indexing/config', configuration);
  await connect(world, server);
  await eventually('the device to be noticed', async () => (await connectedThings(server)).length === 1);
  assert.deepEqual(await connectedThings(server), [THING]);
});

test('with track_connections defer a client that the broker refuses is not noticed, nor does it displace another', async (t) => {
  const world = new World(t);
  const server = await broker(world, 'allow_anonymous true', 'plugin_opt_track_connections defer');
  await server.ask('POST', `/things/${THING}`);
  await server.ask('POST', '/things/other');
  await server.ask('POST', '/indexing/config', configuration);
  const device = await connect(world, server);
  await eventually('the device to be noticed', async () => (await connectedThings(server)).length === 1);
  await isRefused(world, server, named);
  await isRefused(world, server, { clientId: 'other', ...named });
  assert.deepEqual(await connectedThings(server), [THING]);
  await device.leave();
  await eventually('the device to be gone', async () => (await connectedThings(server)).length === 0);
});
