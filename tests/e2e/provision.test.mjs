/* `iotjobsd provision`: against a real server, with what it wrote in a device's hands; and when it fails half-way. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createHmac, createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { MqttClient } from './clients.mjs';
import { binaries, freePort, WAIT_MS, within, World } from './support.mjs';

const THING = 'pump';
const OTHER = 'valve';
const POLICY = 'iotjobsd-device';
const KEY = 'AKIAINVENTED00000002';
const SECRET = 'invented/secret+key';
const run = promisify(execFile);

/* Settings in camel case, as iotjobsd has them: { status, output, errors }. */
function provision(server, thing, settings = {}, { cwd = server.folder } = {}) {
  const { data, httpPort, httpsPort } = server.settings;
  const options = Object.entries({ data, httpPort, httpsPort, ...settings }).map(
    ([key, value]) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${value}`,
  );
  return new Promise((resolve) => {
    execFile(path.join(binaries, 'iotjobsd'), ['provision', thing, ...options], { cwd, timeout: WAIT_MS }, (error, output, errors) => {
      resolve({ status: error ? error.code : 0, output, errors });
    });
  });
}

async function tlsServer(world, settings = {}) {
  return world.server({ durable: true, httpsPort: await freePort(), mqttsPort: await freePort(), ...settings });
}

async function provisioned(server, thing, settings) {
  const { status, output, errors } = await provision(server, thing, settings);
  assert.equal(status, 0, errors);
  assert.equal(errors, '');
  return output;
}

async function credentialsOf(server, thing, folder = thing) {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', `${thing}.cert.pem`, `${thing}.private.key`].map((file) => readFile(path.join(server.folder, folder, file))),
  );
  return { ca, cert, key };
}

function ask(server, credentials, route) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.settings.httpsPort, path: route, ...credentials, agent: false, timeout: WAIT_MS };
    https
      .get(options, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
      })
      .on('error', reject);
  });
}

/* All that a provisioning could leave on a server. */
async function registryOf(server) {
  const list = async (route) => (await server.http('GET', route)).json;
  return {
    things: (await list('/things')).things.map((thing) => thing.thingName),
    policies: (await list('/policies')).policies.map((policy) => policy.policyName),
    certificates: (await list('/certificates')).certificates.map((certificate) => certificate.status),
  };
}

test('what it writes lets the device in over MQTT with TLS and over HTTPS', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  await provisioned(server, THING);
  const credentials = await credentialsOf(server, THING);
  const device = await MqttClient.connect(world, server, { ...credentials, transport: 'mqtts', clientId: THING });
  await device.subscribe(`$aws/things/${THING}/jobs/#`);
  await server.createJob('fw-7', THING);
  await device.next(`$aws/things/${THING}/jobs/notify`);
  assert.equal(await ask(server, credentials, `/things/${THING}/jobs`), 200);
  await server.createThing(OTHER);
  assert.equal(await ask(server, credentials, `/things/${OTHER}/jobs`), 403);
});

test('with auth = enforce its policy lets the device in over HTTPS, to its own jobs and no others', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world, { auth: 'enforce', mqttPort: 0 });
  await provisioned(server, THING);
  await provisioned(server, OTHER);
  for (const [one, other] of [[THING, OTHER], [OTHER, THING]]) {
    const credentials = await credentialsOf(server, one);
    assert.equal(await ask(server, credentials, `/things/${one}/jobs`), 200, one);
    assert.equal(await ask(server, credentials, `/things/${other}/jobs`), 403, one);
  }
});

test('the commands that it prints can be pasted', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const output = await provisioned(server, THING, { out: "it's here" });
  const [curl] = output.match(/^ {2}curl .*$/m);
  const { stdout } = await run('sh', ['-c', `${curl} --silent --fail`], { timeout: WAIT_MS, cwd: '/' });
  assert.deepEqual(JSON.parse(stdout), { inProgressJobs: [], queuedJobs: [] });
  const [listen] = output.match(/^ {2}mosquitto_sub .*$/m);
  const listening = run('sh', ['-c', `exec stdbuf -oL ${listen} -C 1 -d`], { timeout: WAIT_MS, cwd: '/' });
  await within(WAIT_MS, 'the subscription', new Promise((resolve, reject) => {
    listening.catch(reject);
    listening.child.stdout.on('data', (text) => /SUBACK/.test(text) && resolve());
  }));
  await server.createJob('fw-7', THING);
  assert.match((await listening).stdout, /notify-next .*fw-7/);
});

test('what it prints for the device client is JSON that names the files', async (t) => {
  const server = await tlsServer(new World(t));
  const output = await provisioned(server, THING);
  const config = JSON.parse(output.match(/^\{$[^]*?^\}$/m)[0]);
  assert.equal(config['thing-name'], THING);
  assert.equal(config.endpoint, '127.0.0.1');
  for (const key of ['cert', 'key', 'root-ca']) {
    assert.ok(path.isAbsolute(config[key]) && existsSync(config[key]), config[key]);
  }
  assert.match(output, new RegExp(`\\b127\\.0\\.0\\.1:${server.settings.mqttsPort}$`, 'm'));
});

test('the private key is for its owner alone, fits the certificate, and is on no output', async (t) => {
  const server = await tlsServer(new World(t));
  const output = await provisioned(server, THING);
  const { cert, key } = await credentialsOf(server, THING);
  const folder = path.join(server.folder, THING);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(path.join(folder, `${THING}.private.key`))).mode & 0o777, 0o600);
  const certificate = new X509Certificate(cert);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  assert.equal(certificate.subject, `CN=${THING}`);
  assert.ok(!output.includes('PRIVATE KEY') && !output.includes(String(key).split('\n')[1]));
});

test('the second thing shares the policy, and may share the folder', async (t) => {
  const server = await tlsServer(new World(t));
  await provisioned(server, THING, { out: 'devices' });
  await provisioned(server, OTHER, { out: 'devices' });
  const registry = await registryOf(server);
  assert.deepEqual(registry, { things: [THING, OTHER], policies: [POLICY], certificates: ['ACTIVE', 'ACTIVE'] });
  assert.equal((await readdir(path.join(server.folder, 'devices'))).length, 5);
});

test('a thing that is there gets one certificate more', async (t) => {
  const server = await tlsServer(new World(t));
  await server.createThing(THING);
  await provisioned(server, THING);
  await provisioned(server, THING, { out: 'spare' });
  const { json } = await server.http('GET', `/things/${THING}/principals`);
  assert.equal(json.principals.length, 2);
});

test('the policy permits the own jobs of the thing, and no others', async (t) => {
  const server = await tlsServer(new World(t));
  await provisioned(server, THING);
  const { json: thing } = await server.http('GET', `/things/${THING}/principals`);
  const arn = (rest) => `arn:aws:iot:us-east-1:000000000000:${rest}`;
  const decide = async (actionType, resource) => {
    const body = { principal: thing.principals[0], authInfos: [{ actionType, resources: [resource] }] };
    const { json, text } = await server.http('POST', `/test-authorization?clientId=${THING}`, { body });
    assert.ok(json.authResults, text);
    return json.authResults[0].authDecision;
  };
  assert.equal(await decide('CONNECT', arn(`client/${THING}`)), 'ALLOWED');
  assert.equal(await decide('CONNECT', arn(`client/${OTHER}`)), 'IMPLICIT_DENY');
  for (const action of ['PUBLISH', 'RECEIVE']) {
    assert.equal(await decide(action, arn(`topic/$aws/things/${THING}/jobs/get`)), 'ALLOWED', action);
    assert.equal(await decide(action, arn(`topic/$aws/things/${OTHER}/jobs/get`)), 'IMPLICIT_DENY', action);
    assert.equal(await decide(action, arn('topic/elsewhere')), 'IMPLICIT_DENY', action);
  }
  assert.equal(await decide('SUBSCRIBE', arn(`topicfilter/$aws/things/${THING}/jobs/#`)), 'ALLOWED');
  assert.equal(await decide('SUBSCRIBE', arn('topicfilter/$aws/things/+/jobs/#')), 'IMPLICIT_DENY');
});

test('a policy that exists can be named, and one that does not is refused before anything is left', async (t) => {
  const server = await tlsServer(new World(t));
  const body = { policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}' };
  const refused = await provision(server, THING, { policy: 'mine' });
  assert.equal(refused.status, 1, refused.errors);
  assert.match(refused.errors, /there is no policy mine.*nothing of it is left/);
  assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: [] });
  assert.equal((await server.http('POST', '/policies/mine', { body })).status, 200);
  await provisioned(server, THING, { policy: 'mine' });
  assert.deepEqual((await registryOf(server)).policies, ['mine']);
});

test('files that are there are never overwritten', async (t) => {
  const server = await tlsServer(new World(t));
  const file = path.join(server.folder, THING, `${THING}.private.key`);
  await mkdir(path.dirname(file));
  await writeFile(file, 'precious');
  const { status, errors } = await provision(server, THING);
  assert.equal(status, 1);
  assert.ok(errors.includes(`${THING}.private.key is there already`), errors);
  assert.equal(await readFile(file, 'utf8'), 'precious');
  assert.deepEqual((await registryOf(server)).certificates, []);
});

test('it works in memory over HTTP, where no CA of the data folder is known', async (t) => {
  const world = new World(t);
  const server = await world.server({ mqttsPort: await freePort() });
  server.folder = await world.temporaryFolder();
  server.settings.data = path.join(server.folder, 'data');
  await provisioned(server, THING);
  const credentials = await credentialsOf(server, THING);
  const device = await MqttClient.connect(world, server, { ...credentials, transport: 'mqtts', clientId: THING });
  await device.leave();
});

/* ---- who asks ---- */

async function keysFile(server, text = `READER reader read-only\n${KEY} ${SECRET} admin\n`) {
  const file = path.join(server.folder, 'keys');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/* Passes on to the server what it gets, and tells of it; `meddle(request, forward, answer)` may do otherwise. */
async function proxy(world, server, meddle = (request, forward) => forward()) {
  const seen = [];
  const listener = http.createServer((request, answer) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      const forward = (done) => {
        const options = { port: server.settings.httpPort, method: request.method, path: request.url, headers: request.headers, agent: false };
        const onward = http.request(options, (got) => {
          const parts = [];
          got.on('data', (piece) => parts.push(piece));
          got.on('end', () => {
            if (done) return done();
            answer.writeHead(got.statusCode, { 'content-type': 'application/json' });
            answer.end(Buffer.concat(parts));
          });
        });
        onward.end(body);
      };
      meddle(seen.at(-1), forward, answer);
    });
  });
  const port = await freePort();
  listener.listen(port, '127.0.0.1');
  world.onClose(() => listener.close());
  world.onClose(() => listener.closeAllConnections());
  return { seen, url: `http://127.0.0.1:${port}` };
}

/* SigV4 as AWS describes it, for requests without anything that needs more care. */
function signatureOf({ method, url, headers, body }) {
  const [, date, region, signed] = headers.authorization.match(/^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d+)\/([\w-]+)\/iot\/aws4_request, SignedHeaders=([\w;-]+),/);
  const [route, query = ''] = url.split('?');
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
  const canonical = [
    method,
    route.split('/').map(encodeURIComponent).join('/'),
    query,
    ...signed.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/iot/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = ['iot', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${SECRET}`, date), region));
  return { signed: signed.split(';'), signature: createHmac('sha256', key).update(text).digest('hex') };
}

test('every request is signed with the first key of an administrator', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const accessKeys = await keysFile(server);
  const { seen, url } = await proxy(world, server);
  await provisioned(server, 'a:thing', { endpoint: url, accessKeys });
  assert.ok(seen.length >= 9, `${seen.length} requests`);
  for (const request of seen) {
    const { authorization } = request.headers;
    const { signed, signature } = signatureOf(request);
    const what = `${request.method} ${request.url}`;
    assert.ok(authorization.includes(`Credential=${KEY}/`), what);
    assert.ok(authorization.endsWith(`Signature=${signature}`), what);
    assert.deepEqual(signed, [...signed].sort(), what);
    for (const name of ['host', 'x-amz-date', ...('x-amzn-principal' in request.headers ? ['x-amzn-principal'] : [])]) {
      assert.ok(signed.includes(name), `${what}: ${name}`);
    }
  }
});

test('keys that are of no use are one line, and nothing is asked', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const { seen, url } = await proxy(world, server);
  const noAdmin = await keysFile(server, 'READER reader read-only\n');
  const reader = await provision(server, THING, { endpoint: url, accessKeys: noAdmin });
  assert.match(reader.errors, /holds no key of role admin/);
  await chmod(noAdmin, 0o644);
  const open = await provision(server, THING, { endpoint: url, accessKeys: noAdmin });
  assert.match(open.errors, /others than its owner may read/);
  const missing = await provision(server, THING, { endpoint: url, auth: 'enforce' });
  assert.match(missing.errors, /cannot read .*access_keys/);
  for (const { status, errors } of [reader, open, missing]) {
    assert.equal(status, 1);
    assert.equal(errors.trimEnd().split('\n').length, 1, errors);
  }
  assert.deepEqual(seen, []);
});

test('a server whose certificate is not trusted is told nothing', async (t) => {
  const world = new World(t);
  const [server, other] = [await tlsServer(world), await tlsServer(world)];
  const ca = path.join(other.settings.data, 'certs', 'ca.pem');
  const { status, errors } = await provision(server, THING, { ca });
  assert.equal(status, 1);
  assert.match(errors, /not trusted/);
  assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: [] });
});

/* ---- half-way ---- */

const steps = {
  CreateThing: ['POST', /^\/things\//],
  CreatePolicy: ['POST', /^\/policies\//],
  CreateCertificateFromCsr: ['POST', /^\/certificates\?/],
  AttachPolicy: ['PUT', /^\/target-policies\//],
  AttachThingPrincipal: ['PUT', /\/principals$/],
};

const is = ({ method, url }, [wanted, pattern]) => method === wanted && pattern.test(url);

for (const [operation, step] of Object.entries(steps)) {
  test(`when ${operation} is refused, nothing is left`, async (t) => {
    const world = new World(t);
    const server = await tlsServer(world);
    const { url } = await proxy(world, server, (request, forward, answer) => {
      if (!is(request, step)) return forward();
      answer.writeHead(503).end('{"message":"not today"}');
    });
    const { status, errors } = await provision(server, THING, { endpoint: url });
    assert.equal(status, 1, errors);
    assert.ok(errors.includes(`refuses ${operation}`) && errors.includes('not today'), errors);
    assert.match(errors, /nothing of it is left$/m);
    assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: [] });
    assert.equal(existsSync(path.join(server.folder, THING)), false);
  });
}

for (const operation of ['CreateThing', 'CreatePolicy', 'AttachPolicy', 'AttachThingPrincipal']) {
  test(`when the answer to ${operation} is lost, it is undone all the same`, async (t) => {
    const world = new World(t);
    const server = await tlsServer(world);
    const { url } = await proxy(world, server, (request, forward, answer) => {
      if (is(request, steps[operation])) forward(() => answer.destroy());
      else forward();
    });
    const { status, errors } = await provision(server, THING, { endpoint: url });
    assert.equal(status, 1, errors);
    assert.match(errors, /does not answer as it should.*nothing of it is left$/m);
    assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: [] });
  });
}

test('when the answer with the certificate is lost, it says that there may be one, with status 2', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  const { url } = await proxy(world, server, (request, forward, answer) => {
    if (is(request, steps.CreateCertificateFromCsr)) forward(() => answer.destroy());
    else forward();
  });
  const { status, errors } = await provision(server, THING, { endpoint: url });
  assert.equal(status, 2, errors);
  assert.match(errors, /left behind.*certificate that may have been made.*list-certificates/);
  assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: ['ACTIVE'] });
});

test('what cannot be undone is said, each with its remedy and with status 2', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  let down = false;
  const { url } = await proxy(world, server, (request, forward, answer) => {
    down ||= is(request, steps.AttachThingPrincipal);
    if (down) answer.destroy();
    else forward();
  });
  const { status, errors } = await provision(server, THING, { endpoint: url });
  assert.equal(status, 2, errors);
  const { certificates } = (await server.http('GET', '/certificates')).json;
  for (const what of [`the thing ${THING} (aws iot delete-thing)`, `the policy ${POLICY}`, `the certificate ${certificates[0].certificateId}`]) {
    assert.ok(errors.includes(what), errors);
  }
  assert.equal(errors.trimEnd().split('\n').length, 1, errors);
  assert.equal(existsSync(path.join(server.folder, THING)), false);
});

test('a thing and a policy that were there before stay when it fails', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  await provisioned(server, THING);
  const { url } = await proxy(world, server, (request, forward, answer) => {
    if (is(request, steps.AttachThingPrincipal)) answer.writeHead(400).end('{}');
    else forward();
  });
  const { status, errors } = await provision(server, THING, { endpoint: url, out: 'spare' });
  assert.equal(status, 1, errors);
  assert.deepEqual(await registryOf(server), { things: [THING], policies: [POLICY], certificates: ['ACTIVE'] });
});

test('Ctrl-C undoes what was begun', async (t) => {
  const world = new World(t);
  const server = await tlsServer(world);
  let reached;
  const waiting = new Promise((resolve) => {
    reached = resolve;
  });
  const { url } = await proxy(world, server, (request, forward) => {
    if (is(request, steps.AttachPolicy)) reached();
    else forward();
  });
  const child = execFile(path.join(binaries, 'iotjobsd'), ['provision', THING, '--endpoint', url, '--data', server.settings.data], { cwd: server.folder });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  await within(WAIT_MS, 'AttachPolicy', waiting);
  child.kill('SIGINT');
  assert.equal(await within(WAIT_MS, 'it to end', ended), 1, errors);
  assert.match(errors, /interrupted.*nothing of it is left$/m);
  assert.deepEqual(await registryOf(server), { things: [], policies: [], certificates: [] });
});

test('a server that is not there is one line that says what to do', async (t) => {
  const world = new World(t);
  const server = { folder: await world.temporaryFolder(), settings: { data: '/nonexistent', httpPort: await freePort(), httpsPort: 0 } };
  const { status, errors } = await provision(server, THING);
  assert.equal(status, 1);
  assert.match(errors, /^iotjobsd provision: http:\/\/127\.0\.0\.1:\d+ cannot be reached: start the server, or say where it is with --endpoint/);
  assert.equal(existsSync(path.join(server.folder, THING)), false);
});

test('its help tells the exit statuses', async () => {
  const { stdout } = await run(path.join(binaries, 'iotjobsd'), ['provision', '--help']);
  assert.match(stdout, /iotjobsd provision THING/);
  assert.match(stdout, /Exit status: 0 .* 1 .* 2 /);
});
