/* How iotjobsd starts, fails to start, and stops. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import test from 'node:test';

import { freePort, freePorts, Process, WAIT_MS, within, World } from './support.mjs';

/* It ends by itself with status 1 and one line on standard error, which is returned. */
async function refuses(settings, options) {
  const launched = new Process(settings, options);
  const { code } = await within(WAIT_MS, 'iotjobsd to refuse', launched.ended).finally(() => launched.end('SIGKILL'));
  assert.equal(code, 1, launched.errors);
  assert.equal(launched.errors.trimEnd().split('\n').length, 1, launched.errors);
  assert.doesNotMatch(launched.output, /^Ready\.$/m);
  return launched.errors;
}

async function occupied(world) {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  world.onClose(() => listener.close());
  return listener.address().port;
}

for (const key of ['httpPort', 'mqttPort']) {
  test(`a ${key} in use is one line that names it, and status 1`, async (t) => {
    const world = new World(t);
    const port = await occupied(world);
    const line = await refuses({ ...(await freePorts()), inMemory: true, [key]: port });
    assert.match(line, new RegExp(`\\b${port}\\b`));
  });
}

test('a data folder that cannot be made is one line that names it, and status 1', async (t) => {
  const folder = await new World(t).temporaryFolder();
  await writeFile(path.join(folder, 'file'), '');
  const data = path.join(folder, 'file', 'data');
  const line = await refuses({ ...(await freePorts()), data });
  assert.ok(line.includes(data), line);
});

test('access keys that others can read are one line that names the setting, and status 1', async (t) => {
  const file = path.join(await new World(t).temporaryFolder(), 'keys');
  await writeFile(file, 'KEY SECRET operator\n', { mode: 0o644 });
  const line = await refuses({ ...(await freePorts()), inMemory: true, accessKeys: file });
  assert.match(line, /^iotjobsd: access_keys: /);
  assert.ok(line.includes(file), line);
});

test('a data folder where not even root may write is one line that names it, and status 1', async () => {
  const data = '/proc/iotjobsd';
  const line = await refuses({ ...(await freePorts()), data });
  assert.ok(line.includes(data), line);
});

test('a plugin that is not there is one line that names it, and status 1', async () => {
  const line = await refuses({ ...(await freePorts()), inMemory: true, plugin: '/nonexistent/iotjobs.so' });
  assert.match(line, /\/nonexistent\/iotjobs\.so/);
});

test('a broker that is not there is one line that names it, and status 1', async () => {
  const line = await refuses({ ...(await freePorts()), inMemory: true, broker: '/nonexistent/mosquitto' });
  assert.match(line, /\/nonexistent\/mosquitto/);
});

test('an unknown option is one line that names it, and status 1', async () => {
  assert.match(await refuses({ colour: 'blue' }), /colour/);
});

test('a value out of range is one line that names the option', async () => {
  const line = await refuses({ httpPort: 70000, inMemory: true });
  assert.match(line, /http.port/);
});

test('health and ready answer once the ready line is out', async (t) => {
  const server = await new World(t).server();
  for (const endpoint of ['health', 'ready']) {
    assert.equal((await server.http('GET', `/_iotjobs/${endpoint}`)).status, 200, endpoint);
  }
  assert.match(server.process.output, new RegExp(`\\b${server.settings.httpPort}\\b`));
  assert.match(server.process.output, new RegExp(`\\b${server.settings.mqttPort}\\b`));
  t.diagnostic(`ready in memory after ${server.readyMs.toFixed(0)} ms`);
});

test('SIGTERM ends the server with status 0 within a second, clients connected or not', async (t) => {
  const world = new World(t);
  const server = await world.server();
  const { MqttClient } = await import('./clients.mjs');
  await MqttClient.connect(world, server, { clientId: 'stays' });
  await server.http('GET', '/things');
  await server.stop();
});

test('SIGINT, which is Ctrl-C, does the same', async (t) => {
  const server = await new World(t).server();
  const { code, tookMs } = await server.process.end('SIGINT');
  assert.equal(code, 0, server.process.errors);
  assert.ok(tookMs < 1000, `${tookMs} ms`);
});

/* The folders of the database files that the process holds open. */
async function databaseFolders(pid) {
  const folders = new Set();
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    if (path.basename(target) === 'iotjobs.db') folders.add(path.dirname(target));
  }
  return [...folders];
}

test('a server in memory leaves nothing behind', async (t) => {
  const world = new World(t);
  const cwd = await world.temporaryFolder();
  const server = new Process({ ...(await freePorts()), inMemory: true }, { cwd });
  world.onClose(() => server.end('SIGTERM'));
  await server.started();
  const folders = await databaseFolders(server.pid);
  assert.equal(folders.length, 1);
  await server.end('SIGTERM');
  assert.equal(existsSync(folders[0]), false, folders[0]);
  assert.deepEqual(await readdir(cwd), []);
});

test('the data folder is where --data says, and survives a stop', async (t) => {
  const server = await new World(t).server({ durable: true });
  await server.http('POST', '/things/kept', { body: {} });
  await server.stop();
  assert.ok(existsSync(path.join(server.settings.data, 'iotjobs.db')));
  await server.restart();
  assert.equal((await server.http('GET', '/things/kept')).status, 200);
});

/* The broker's own file is written at its end. */
test('what is in the data folder is for its owner alone, whatever the umask', async (t) => {
  const world = new World(t);
  const before = process.umask(0);
  world.onClose(() => process.umask(before));
  const server = await world.server({ durable: true });
  await server.stop();
  const { data } = server.settings;
  const entries = await readdir(data, { recursive: true });
  assert.ok(entries.includes('iotjobs.db') && entries.includes('mosquitto.db'), entries.join(' '));
  for (const entry of ['.', ...entries]) {
    const { mode } = await stat(path.join(data, entry));
    assert.equal(mode & 0o077, 0, `${entry}: ${mode.toString(8)}`);
  }
});

test('two servers side by side do not know each other', async (t) => {
  const world = new World(t);
  const [one, two] = [await world.server(), await world.server()];
  await one.http('POST', '/things/mine', { body: {} });
  assert.equal((await two.http('GET', '/things/mine')).status, 404);
});

/* ---- who may what ---- */

/* Where clients have to say who they are. */
const enforced = async () => ({ auth: 'enforce', mqttPort: 0, httpsPort: await freePort(), mqttsPort: await freePort() });

/* [KEY, SECRET, ROLE] of the one line that is no comment. */
async function keyIn(file) {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(lines.length, 1);
  return lines[0].split(' ');
}

test('it says in one line who may do what', async (t) => {
  const world = new World(t);
  const open = await world.server();
  assert.match(open.process.output, /^ {2}Access +open: anybody may do anything$/m);
  const server = await world.server({ durable: true, ...(await enforced()) });
  const file = path.join(server.settings.data, 'access_keys');
  assert.match(server.process.output, /^ {2}Access +enforced: devices by certificate and policy, others by access key \(.*\)$/m);
  assert.ok(server.process.output.includes(`(${file})`), server.process.output);
});

test('the first start with auth = enforce makes a key for the administrator, and the next ones keep it', async (t) => {
  const server = await new World(t).server({ durable: true, ...(await enforced()) });
  const file = path.join(server.settings.data, 'access_keys');
  const [key, secret, role] = await keyIn(file);
  assert.match(key, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(secret.length, 40);
  assert.equal(role, 'admin');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.match(server.process.output, /^ {2}Administrator +the access key in that file/m);
  assert.ok(!server.process.output.includes(secret) && !server.process.errors.includes(secret));
  await server.stop();
  await server.restart();
  assert.deepEqual(await keyIn(file), [key, secret, role]);
  assert.doesNotMatch(server.process.output, /Administrator/);
});

test('in memory the key is shown, for it is kept nowhere else', async (t) => {
  const server = await new World(t).server(await enforced());
  const [, key, secret] = server.process.output.match(/^ {2}Administrator +access key (\S+), secret (\S+)$/m);
  const [, file] = server.process.output.match(/access key \((.*)\)$/m);
  assert.deepEqual(await keyIn(file), [key, secret, 'admin']);
});

test('an access_keys file that was there is used, and checked', async (t) => {
  const world = new World(t);
  const data = path.join(await world.temporaryFolder(), 'data');
  await mkdir(data, { mode: 0o700 });
  await writeFile(path.join(data, 'access_keys'), 'KEY SECRET owner\n', { mode: 0o600 });
  assert.match(await refuses({ ...(await freePorts()), ...(await enforced()), data }), /^iotjobsd: access_keys: .*the role is none of/);
});

test('with auth = enforce MQTT without TLS is off, and one that was asked for is one line that says why', async (t) => {
  const world = new World(t);
  for (const key of ['mqttPort', 'websocketPort']) {
    const line = await refuses({ ...(await freePorts()), ...(await enforced()), inMemory: true, [key]: await freePort() });
    assert.match(line, /^iotjobsd: (mqtt|websocket)_port: clients cannot say who they are without TLS/);
  }
  const settings = { ...(await freePorts()), ...(await enforced()), inMemory: true };
  delete settings.mqttPort;
  const server = new Process(settings);
  world.onClose(() => server.end('SIGTERM'));
  await server.started();
  assert.doesNotMatch(server.output, /^ {2}MQTT +mqtt:/m);
});

test('an open server listens on loopback alone, unless it was told twice', async (t) => {
  const world = new World(t);
  const line = await refuses({ ...(await freePorts()), inMemory: true, bind: '0.0.0.0' });
  assert.match(line, /set auth to enforce, or insecure to true/);
  const server = await world.server({ bind: '0.0.0.0', insecure: true });
  assert.match(server.process.output, /Access +open/);
});
