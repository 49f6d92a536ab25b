/* Devices whose certificates an outside CA has revoked, over HTTPS. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { freePort, freePorts, Process, WAIT_MS, World } from './support.mjs';

const THING = 'pump';
const OTHER = 'valve';
const run = promisify(execFile);
const openssl = (...args) => run('openssl', args, { timeout: WAIT_MS });

/* A CA with its books, as an operator runs it with `openssl ca`. */
class Factory {
  static async open(world) {
    const self = new Factory();
    self.folder = path.join(await world.temporaryFolder(), 'factory');
    await mkdir(self.folder);
    self.file = (name) => path.join(self.folder, name);
    [self.caFile, self.crlFile] = ['ca.pem', 'crl.pem'].map(self.file);
    const { folder } = self;
    await writeFile(
      self.file('ca.cnf'),
      `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index\ncrlnumber=${folder}/number\ndefault_md=sha256\ndefault_crl_days=30\n`,
    );
    await writeFile(self.file('index'), '');
    await writeFile(self.file('number'), '01\n');
    const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', self.file('ca.key')];
    await openssl('req', '-x509', ...keys, '-days', '30', '-subj', '/CN=A factory', '-out', self.caFile);
    await self.publish();
    return self;
  }

  async publish() {
    const by = ['-config', this.file('ca.cnf'), '-cert', this.caFile, '-keyfile', this.file('ca.key')];
    await openssl('ca', ...by, '-gencrl', '-out', this.file('crl.new'));
    await rename(this.file('crl.new'), this.crlFile);
  }

  /* { key, cert } in PEM */
  async make(thing) {
    const [key, request, certificate] = ['key', 'csr', 'pem'].map((kind) => this.file(`${thing}.${kind}`));
    const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
    await openssl('req', '-new', ...keys, '-subj', `/CN=${thing}`, '-out', request);
    const by = ['-CA', this.caFile, '-CAkey', this.file('ca.key'), '-days', '30'];
    await openssl('x509', '-req', '-in', request, ...by, '-out', certificate);
    return { key: await readFile(key), cert: await readFile(certificate) };
  }

  async revoke(thing) {
    const by = ['-config', this.file('ca.cnf'), '-cert', this.caFile, '-keyfile', this.file('ca.key')];
    await openssl('ca', ...by, '-revoke', this.file(`${thing}.pem`));
    await this.publish();
  }
}

/* Asks for the thing's jobs, on the agent's one connection: { status, message }. */
function ask(server, agent, thing) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.settings.httpsPort, path: `/things/${thing}/jobs`, agent, timeout: WAIT_MS };
    const request = https.request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, message: JSON.parse(text).message }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject);
    request.end();
  });
}

async function deviceAgent(world, server, credentials) {
  const ca = await readFile(path.join(server.settings.data, 'certs', 'ca.pem'));
  const agent = new https.Agent({ ca, ...credentials, keepAlive: true, maxSockets: 1 });
  world.onClose(() => agent.destroy());
  return agent;
}

test('a certificate that its CA revokes counts no more, on connections that are open as well', async (t) => {
  const world = new World(t);
  const factory = await Factory.open(world);
  const settings = { durable: true, httpsPort: await freePort(), tlsClientCa: factory.caFile, tlsClientCrl: factory.crlFile };
  const server = await world.server(settings);
  for (const thing of [THING, OTHER]) {
    assert.equal((await server.http('POST', `/things/${thing}`, { body: {} })).status, 200);
  }
  const pump = await deviceAgent(world, server, await factory.make(THING));
  const valve = await deviceAgent(world, server, await factory.make(OTHER));
  assert.equal((await ask(server, pump, THING)).status, 200);
  assert.equal((await ask(server, valve, OTHER)).status, 200);
  await factory.revoke(THING);
  const began = performance.now();
  let answer;
  do {
    answer = await ask(server, pump, THING);
  } while (answer.status === 200 && performance.now() - began < WAIT_MS);
  assert.deepEqual(answer, { status: 403, message: 'The client certificate is not accepted: its CA has revoked it.' });
  t.diagnostic(`revoked after ${(performance.now() - began).toFixed(0)} ms`);
  assert.equal((await ask(server, valve, OTHER)).status, 200);
  assert.equal(pump.totalSocketCount, 1);
});

test('revocation lists that cannot be used are one line that names the file, and status 1', async (t) => {
  const world = new World(t);
  const factory = await Factory.open(world);
  await writeFile(factory.crlFile, 'nonsense');
  const ports = { ...(await freePorts()), httpsPort: await freePort() };
  for (const [settings, named] of [
    [{ tlsClientCa: factory.caFile, tlsClientCrl: factory.crlFile }, `${factory.crlFile} holds no certificate revocation list`],
    [{ tlsClientCrl: factory.crlFile }, 'tls_client_crl: is of the CAs of tls_client_ca, which is not set'],
  ]) {
    const launched = new Process({ ...ports, inMemory: true, ...settings });
    const { code } = await launched.ended;
    assert.equal(code, 1, launched.errors);
    assert.equal(launched.errors.trimEnd().split('\n').length, 1, launched.errors);
    assert.ok(launched.errors.includes(named), launched.errors);
  }
});
