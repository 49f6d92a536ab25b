/* auth = enforce: unmodified clients sign for real, over HTTP and HTTPS, and may what the role of their key permits. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import * as iot from '@aws-sdk/client-iot';
import * as data from '@aws-sdk/client-iot-jobs-data-plane';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { aws, awsDoes, controlPlane, dataPlane } from './clients.mjs';
import { ACCOUNT, eventually, freePort, REGION, thingArn, World } from './support.mjs';

const THING = 'pump:7_a-b';
const JOB = 'fw-7';
const keys = {
  admin: { accessKeyId: 'AKIAADMIN', secretAccessKey: 'secret/of+admin/0001' },
  operator: { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'secret/of+operator/01' },
  'read-only': { accessKeyId: 'AKIAREADER', secretAccessKey: 'secret/of+reader/001' },
};
const lines = (of) => Object.entries(of).map(([role, key]) => `${key.accessKeyId} ${key.secretAccessKey} ${role}\n`).join('');

async function enforcing(world) {
  const file = path.join(await world.temporaryFolder(), 'access_keys');
  await writeFile(file, lines(keys), { mode: 0o600 });
  const server = await world.server({
    auth: 'enforce', accessKeys: file, region: REGION, mqttPort: 0, mqttsPort: await freePort(), httpsPort: await freePort(),
  });
  server.keysFile = file;
  server.credentials = keys.admin;
  return server;
}

const as = (server, role) => ({
  url: server.url,
  credentials: keys[role],
});

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('it was not refused');
}

/* A job from its creation to its end, with two clients that sign. */
async function walkthrough(operator, device) {
  await operator.send(new iot.CreateThingCommand({ thingName: THING }));
  await operator.send(new iot.CreateJobCommand({ jobId: JOB, targets: [thingArn(THING)], document: '{"op":"grün"}' }));
  const { jobs } = await operator.send(new iot.ListJobsCommand({ status: 'IN_PROGRESS', maxResults: 5 }));
  assert.deepEqual(jobs.map((job) => job.jobArn), [`arn:aws:iot:${REGION}:${ACCOUNT}:job/${JOB}`]);
  const pending = await device.send(new data.GetPendingJobExecutionsCommand({ thingName: THING }));
  assert.deepEqual(pending.queuedJobs.map((job) => job.jobId), [JOB]);
  const { execution } = await device.send(new data.StartNextPendingJobExecutionCommand({ thingName: THING }));
  assert.equal(execution.jobDocument, '{"op":"grün"}');
  await device.send(new data.UpdateJobExecutionCommand({ thingName: THING, jobId: JOB, status: 'SUCCEEDED' }));
  const { job } = await operator.send(new iot.DescribeJobCommand({ jobId: JOB }));
  assert.equal(job.status, 'COMPLETED');
  await operator.send(new iot.DeleteJobCommand({ jobId: JOB, force: true }));
}

test('the SDK for JavaScript signs for both planes', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  await walkthrough(controlPlane(world, server), dataPlane(world, server));
});

test('the same over HTTPS', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();
  const options = {
    endpoint: `https://127.0.0.1:${server.settings.httpsPort}`,
    requestHandler: { httpsAgent: new https.Agent({ ca, keepAlive: true }) },
  };
  await walkthrough(controlPlane(world, server, options), dataPlane(world, server, options));
});

test('the AWS CLI signs, and hears why it is refused', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  await awsDoes(server, 'iot', 'create-thing', '--thing-name', THING);
  await awsDoes(server, 'iot', 'create-job', '--job-id', JOB, '--targets', thingArn(THING), '--document', '{"op":"grün"}');
  const { jobs } = await awsDoes(as(server, 'read-only'), 'iot', 'list-jobs', '--status', 'IN_PROGRESS', '--max-items', '5');
  assert.deepEqual(jobs.map((job) => job.jobId), [JOB]);
  await awsDoes(server, 'iot-jobs-data', 'start-next-pending-job-execution', '--thing-name', THING);
  await awsDoes(server, 'iot-jobs-data', 'update-job-execution', '--thing-name', THING, '--job-id', JOB, '--status', 'SUCCEEDED');
  const cases = [
    [{ ...as(server, 'admin'), credentials: { ...keys.admin, secretAccessKey: 'wrong' } }, /InvalidSignatureException.*does not match/],
    [{ ...as(server, 'admin'), credentials: { ...keys.admin, accessKeyId: 'AKIANOBODY' } }, /UnrecognizedClientException.*is invalid/],
    [{ ...as(server, 'admin'), region: 'us-east-1' }, /InvalidSignatureException.*not 'us-east-1'/],
    [as(server, 'read-only'), /AccessDeniedException.*user\/AKIAREADER is not authorized to perform: iot:DeleteJob on resource/],
  ];
  for (const [who, words] of cases) {
    const { status, errors } = await aws(who, 'iot', 'delete-job', '--job-id', JOB);
    assert.notEqual(status, 0);
    assert.match(errors, words);
  }
});

test('who signs wrongly, or for another region, hears what SDKs know', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const cases = [
    [{ credentials: { ...keys.admin, secretAccessKey: 'wrong' } }, 'InvalidSignatureException'],
    [{ credentials: { ...keys.admin, accessKeyId: 'AKIANOBODY' } }, 'UnrecognizedClientException'],
    [{ region: 'us-east-1' }, 'InvalidSignatureException'],
    [{ systemClockOffset: -20 * 60 * 1000 }, 'InvalidSignatureException'],
  ];
  for (const [options, name] of cases) {
    const error = await refusal(controlPlane(world, server, options).send(new iot.ListJobsCommand({})));
    assert.equal(error.name, name);
    assert.equal(error.$metadata.httpStatusCode, 403);
  }
  assert.equal((await fetch(`${server.url}/jobs`)).headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
});

/* What the SDK does by itself: from the Date of the refusal it learns that its clock is wrong. */
test('the SDK corrects its clock and tries again', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const client = controlPlane(world, server, { systemClockOffset: -20 * 60 * 1000, maxAttempts: 3 });
  const { $metadata } = await client.send(new iot.ListJobsCommand({}));
  assert.equal($metadata.attempts, 2);
});

test('a role limits what its key may', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  await controlPlane(world, server).send(new iot.CreateThingCommand({ thingName: THING }));
  const reader = controlPlane(world, as(server, 'read-only'));
  const operator = controlPlane(world, as(server, 'operator'));
  const create = new iot.CreateJobCommand({ jobId: JOB, targets: [thingArn(THING)], document: '{}' });
  const error = await refusal(reader.send(create));
  assert.equal(error.name, 'AccessDeniedException');
  assert.equal(
    error.message,
    `User: arn:aws:iam::${ACCOUNT}:user/AKIAREADER is not authorized to perform: iot:CreateJob on resource: `
    + `arn:aws:iot:${REGION}:${ACCOUNT}:job/${JOB} because no identity-based policy allows the iot:CreateJob action`,
  );
  await operator.send(create);
  await reader.send(new iot.DescribeJobCommand({ jobId: JOB }));
  const denied = await refusal(operator.send(new iot.DeleteThingCommand({ thingName: THING })));
  assert.equal(denied.name, 'AccessDeniedException');
  await controlPlane(world, server).send(new iot.DeleteThingCommand({ thingName: THING }));
});

test('a URL that the SDK has presigned is good for what it says', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const { config } = controlPlane(world, as(server, 'read-only'));
  const signer = await config.signer({ name: 'sigv4', signingName: 'iot', signingRegion: REGION, signingProperties: {} });
  const host = new URL(server.url).host;
  const request = { method: 'GET', protocol: 'http:', hostname: '127.0.0.1', path: '/jobs', query: { maxResults: '3' }, headers: { host } };
  const { query } = await signer.presign(request, { expiresIn: 60 });
  const ask = async (method, route) => (await fetch(`${server.url}${route}?${new URLSearchParams(query)}`, { method })).status;
  assert.equal(await ask('GET', '/jobs'), 200);
  assert.equal(await ask('GET', '/things'), 403);
  assert.equal(await ask('DELETE', '/jobs'), 403);
});

test('the artefact store asks for the same keys', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const s3 = (role) => {
    const credentials = keys[role] ?? { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const client = new S3Client({
      endpoint: `${server.url}/_s3`, region: REGION, credentials, forcePathStyle: true, maxAttempts: 1,
    });
    world.onClose(() => client.destroy());
    return client;
  };
  const put = new PutObjectCommand({ Bucket: 'fws', Key: 'fw.bin', Body: 'firmware' });
  await s3('operator').send(new CreateBucketCommand({ Bucket: 'fws' }));
  await s3('operator').send(put);
  const { Body } = await s3('read-only').send(new GetObjectCommand({ Bucket: 'fws', Key: 'fw.bin' }));
  assert.equal(await Body.transformToString(), 'firmware');
  assert.equal((await refusal(s3('read-only').send(put))).name, 'AccessDenied');
  assert.equal((await refusal(s3('nobody').send(new ListBucketsCommand({})))).name, 'InvalidAccessKeyId');
  assert.equal((await fetch(`${server.url}/_s3/fws/fw.bin`)).status, 403);
});

test('SIGHUP reads the keys again, and leaves those of before where the file is broken', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const list = (role) => controlPlane(world, as(server, role)).send(new iot.ListJobsCommand({}));
  const isRefused = (role) => list(role).then(() => false, (error) => error.name === 'UnrecognizedClientException');
  await list('read-only');
  await writeFile(server.keysFile, lines({ admin: keys.admin }));
  process.kill(server.process.pid, 'SIGHUP');
  await eventually('the key to be gone', () => isRefused('read-only'));
  await list('admin');
  await writeFile(server.keysFile, 'nonsense\n');
  process.kill(server.process.pid, 'SIGHUP');
  await eventually('the log to say so', () => server.process.errors.includes('access_keys kept problem='));
  await list('admin');
  assert.ok(await isRefused('read-only'));
});

/* As the console does, in a browser. */
test('a browser logs in, works with its session over HTTPS, and logs out', async (t) => {
  const world = new World(t);
  const server = await enforcing(world);
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();
  const origin = `https://127.0.0.1:${server.settings.httpsPort}`;
  const ask = (method, route, { body, headers = {} } = {}) => new Promise((resolve, reject) => {
    const request = https.request(`${origin}${route}`, { method, ca, headers: { origin, 'content-type': 'application/json', ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => { text += piece; });
      answer.on('end', () => resolve({ status: answer.statusCode, json: text ? JSON.parse(text) : undefined, cookie: answer.headers['set-cookie']?.[0] }));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
  const login = { accessKey: keys.operator.accessKeyId, secretKey: keys.operator.secretAccessKey };
  assert.equal((await ask('POST', '/_iotjobs/session', { body: { ...login, secretKey: 'wrong' } })).status, 403);
  const session = await ask('POST', '/_iotjobs/session', { body: login });
  assert.equal(session.status, 200);
  assert.equal(session.json.role, 'operator');
  assert.match(session.cookie, /^iotjobsd_session=[0-9a-f]{64}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/);
  const cookie = session.cookie.split(';')[0];
  const csrf = { 'x-iotjobsd-csrf': session.json.csrfToken };
  assert.equal((await ask('GET', '/_iotjobs/session', { headers: { cookie } })).json.csrfToken, session.json.csrfToken);
  assert.equal((await ask('GET', '/jobs', { headers: { cookie, host: `127.0.0.1:${server.settings.httpsPort}` } })).status, 200);
  const body = { targets: [thingArn(THING)], document: '{}' };
  assert.equal((await ask('PUT', `/jobs/${JOB}`, { body, headers: { cookie } })).status, 403);
  assert.equal((await ask('PUT', `/jobs/${JOB}`, { body, headers: { cookie, ...csrf, origin: 'https://example.com' } })).status, 403);
  assert.equal((await ask('PUT', `/jobs/${JOB}`, { body, headers: { cookie, ...csrf } })).json.__type, 'ResourceNotFoundException');
  assert.equal((await ask('POST', `/things/${THING}`, { body: {}, headers: { cookie, ...csrf } })).json.__type, 'AccessDeniedException');
  assert.equal((await ask('DELETE', '/_iotjobs/session', { headers: { cookie, ...csrf } })).status, 200);
  assert.equal((await ask('GET', '/jobs', { headers: { cookie } })).status, 403);
});
