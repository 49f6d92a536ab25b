/*
 * Device A against device B, with auth = enforce: each has its certificate and the policy for its own thing's jobs, and
 * neither gets at the other's, by whichever way. MQTT 3.1.1 has no word for a denial, so the connection ends without one;
 * MQTT 5 says 0x87. Whatever was denied can be looked up.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { Device } from './clients.mjs';
import { allow, arn, EnforcingServer, OWN_JOBS } from './enforcing.mjs';
import { eventually, World } from './support.mjs';

const A = 'pump';
const B = 'valve';
const JOB = 'fw-7';
const NOT_AUTHORIZED = 0x87;
const VERSIONS = [4, 5];

const topicsOf = (thing) => `$aws/things/${thing}/jobs`;
const REQUESTS = ['get', 'start-next', '$next/get', `${JOB}/get`, `${JOB}/update`];
const FILTERS = [
  ...['#', '+', 'notify', 'notify-next', 'get/accepted', 'start-next/+', `${JOB}/update/accepted`, '$next/get/rejected'].map(
    (rest) => `${topicsOf(B)}/${rest}`,
  ),
  '$aws/things/+/jobs/#',
  '$aws/things/+/jobs/notify',
  `$aws/things/${B}/#`,
  '$aws/things/#',
  '$aws/#',
  '#',
  `+/things/${B}/jobs/notify`,
  `$share/group/${topicsOf(B)}/#`,
  `$share/group/${topicsOf(A)}/#`,
];

/* Two devices, and a job for each of their things. */
async function stage(t, { policy = OWN_JOBS, settings } = {}) {
  const world = new World(t);
  const server = await EnforcingServer.start(world, settings);
  await server.policy('jobs', policy);
  const a = await server.device(A, 'jobs');
  const b = await server.device(B, 'jobs');
  await server.job(JOB, A, B);
  return { world, server, a, b };
}

/* What the server makes of it that `act` sends something that is denied: in MQTT 5 `connection` stays. */
async function assertPublishDenied(server, device, version, topic, options) {
  const connection = await server.connect(device, { protocolVersion: version });
  connection.publish(topic, options);
  if (version === 5) {
    const { reasonCode } = await connection.packet('PUBACK', ({ cmd }) => cmd === 'puback');
    assert.equal(reasonCode, NOT_AUTHORIZED, topic);
    await connection.assertAlive();
    await connection.leave();
  } else {
    await connection.end();
    assert.ok(!connection.has('puback', 'publish'), `${topic} was answered`);
  }
}

async function executionOf(server, thing) {
  const { execution } = await server.does('DescribeJobExecution', { jobId: JOB, thingName: thing });
  return { status: execution.status, version: execution.versionNumber };
}

const UNTOUCHED = { status: 'QUEUED', version: 1 };

for (const version of VERSIONS) {
  test(`a device connects as its own thing, and does its jobs (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    const connection = await server.connect(a, { protocolVersion: version });
    await connection.subscribed(`${topicsOf(A)}/#`);
    await connection.published(`${topicsOf(A)}/start-next`);
    await connection.packet('the answer', ({ topic }) => topic === `${topicsOf(A)}/start-next/accepted`);
    assert.equal((await executionOf(server, A)).status, 'IN_PROGRESS');
    assert.deepEqual(await server.denials(), []);
  });

  test(`a device does not connect as another, nor takes its place (MQTT version ${version})`, async (t) => {
    const { server, a, b } = await stage(t);
    const victim = await server.connect(b, { protocolVersion: version });
    for (const clientId of [B, `${A}2`, 'anything', '*', '+', `${A}/../${B}`, '${iot:ClientId}']) {
      const intruder = server.dial(a, { protocolVersion: version, clientId });
      await intruder.end();
      const answers = intruder.packets.map(({ cmd, reasonCode }) => `${cmd} ${reasonCode}`);
      assert.deepEqual(answers, version === 5 ? [`connack ${NOT_AUTHORIZED}`] : [], clientId);
      await server.assertDenied(a, 'iot:Connect', arn(`client/${clientId}`));
    }
    await victim.assertAlive();
  });

  test(`who shows no certificate, or one that nobody knows, is told nothing (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    const unknown = await server.does('CreateKeysAndCertificate', { setAsActive: true });
    await server.does('UpdateCertificate', { certificateId: unknown.certificateId, newStatus: 'INACTIVE' });
    await server.does('DeleteCertificate', { certificateId: unknown.certificateId });
    const strangers = [
      { thing: A, tls: { ca: server.ca } },
      { thing: A, tls: { ca: server.ca, cert: unknown.certificatePem, key: unknown.keyPair.PrivateKey } },
    ];
    for (const stranger of strangers) {
      const connection = server.dial(stranger, { protocolVersion: version, username: a.certificateId, password: 'x' });
      await connection.end();
      assert.ok(!connection.has('connack'));
    }
  });

  test(`a device publishes to no topic of another's jobs (MQTT version ${version})`, async (t) => {
    const { server, a, b } = await stage(t);
    const victim = await server.connect(b, { protocolVersion: version });
    await victim.subscribed(`${topicsOf(B)}/#`);
    for (const request of REQUESTS) {
      const topic = `${topicsOf(B)}/${request}`;
      await assertPublishDenied(server, a, version, topic, { payload: '{"status":"FAILED"}' });
      await server.assertDenied(a, 'iot:Publish', arn(`topic/${topic}`));
    }
    await assertPublishDenied(server, a, version, 'dt/anything');
    await victim.published(`${topicsOf(B)}/get`);
    await victim.packet('the answer', ({ topic }) => topic === `${topicsOf(B)}/get/accepted`);
    assert.deepEqual(victim.heard, [`${topicsOf(B)}/get`, `${topicsOf(B)}/get/accepted`]);
    assert.deepEqual(await executionOf(server, B), UNTOUCHED);
  });

  test(`what is published without acknowledgement is denied as well, and ends the connection (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    const topic = `${topicsOf(B)}/${JOB}/update`;
    const connection = await server.connect(a, { protocolVersion: version });
    connection.publish(topic, { payload: '{"status":"FAILED"}', qos: 0 });
    await connection.end();
    const disconnect = connection.packets.find(({ cmd }) => cmd === 'disconnect');
    assert.equal(disconnect !== undefined, version === 5);
    await server.assertDenied(a, 'iot:Publish', arn(`topic/${topic}`));
    assert.deepEqual(await executionOf(server, B), UNTOUCHED);
  });

  test(`a device subscribes to nothing of another's jobs, in whichever way (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    for (const filter of FILTERS) {
      const connection = await server.connect(a, { protocolVersion: version });
      connection.subscribe(`${topicsOf(A)}/notify`, filter);
      if (version === 5) {
        const { granted } = await connection.packet('SUBACK', ({ cmd }) => cmd === 'suback');
        assert.deepEqual(granted, [1, NOT_AUTHORIZED], filter);
        await connection.leave();
      } else {
        await connection.end();
        assert.ok(!connection.has('suback'), `${filter} was answered`);
      }
      await server.assertDenied(a, 'iot:Subscribe', arn(`topicfilter/${filter}`));
    }
  });

  test(`a device hears nothing of another, though it may subscribe to everything (MQTT version ${version})`, async (t) => {
    const everything = [
      ...OWN_JOBS,
      allow('iot:Subscribe', '*'),
      allow(['iot:Publish', 'iot:Receive'], arn('topic/dt/${iot:ClientId}/*')),
    ];
    const { server, a, b } = await stage(t, { policy: everything });
    const spy = await server.connect(a, { protocolVersion: version });
    await spy.subscribed('#', '$aws/things/+/jobs/#', `${topicsOf(B)}/notify`, `dt/${B}/x`, '$share/group/dt/#');
    const victim = await server.connect(b, { protocolVersion: version });
    await victim.subscribed(`${topicsOf(B)}/#`, `dt/${B}/#`);
    await victim.published(`dt/${B}/x`);
    await victim.published(`${topicsOf(B)}/start-next`);
    await victim.packet('the answer', ({ topic }) => topic === `${topicsOf(B)}/start-next/accepted`);
    await server.job('fw-8', A, B);
    await victim.packet('notify', ({ topic }) => topic === `${topicsOf(B)}/notify`);
    await spy.packet('notify', ({ topic }) => topic === `${topicsOf(A)}/notify`);
    await spy.published(`dt/${A}/last`);
    await spy.packet('its own message', ({ topic }) => topic === `dt/${A}/last`);
    assert.deepEqual(spy.heard.filter((topic) => topic.includes(B)), []);
    await server.assertDenied(a, 'iot:Receive', arn(`topic/dt/${B}/x`));
    await server.assertDenied(a, 'iot:Receive', arn(`topic/${topicsOf(B)}/notify`));
  });

  test(`retained messages need a permission of their own, and are not received without one (MQTT version ${version})`, async (t) => {
    const policy = [...OWN_JOBS, allow('iot:Subscribe', '*'), allow(['iot:Publish', 'iot:Receive'], arn('topic/dt/${iot:ClientId}/*'))];
    const { server, a, b } = await stage(t, { policy });
    await assertPublishDenied(server, a, version, `dt/${A}/state`, { retain: true });
    await server.assertDenied(a, 'iot:RetainPublish', arn(`topic/dt/${A}/state`));
    await server.policyBecomes('jobs', [...policy, allow('iot:RetainPublish', arn('topic/dt/${iot:ClientId}/*'))]);
    const keeper = await server.connect(a, { protocolVersion: version });
    await keeper.published(`dt/${A}/state`, { retain: true });
    keeper.subscribe(`dt/${A}/#`);
    await keeper.packet('its own', ({ topic, retain }) => topic === `dt/${A}/state` && retain);
    const spy = await server.connect(b, { protocolVersion: version });
    await spy.subscribed('dt/#');
    await spy.published(`dt/${B}/last`);
    await spy.packet('its own message', ({ topic }) => topic === `dt/${B}/last`);
    assert.deepEqual(spy.heard, [`dt/${B}/last`]);
  });

  test(`a will reaches the topics that its device may publish to, and no others (MQTT version ${version})`, async (t) => {
    const policy = [
      ...OWN_JOBS,
      allow('iot:Publish', arn('topic/dt/${iot:ClientId}/*')),
      allow(['iot:Subscribe', 'iot:Receive'], [arn('topicfilter/dt/*'), arn('topic/dt/*')]),
    ];
    const { server, a, b } = await stage(t, { policy });
    const witness = await server.connect(b, { protocolVersion: version });
    await witness.subscribed('dt/#', `${topicsOf(B)}/#`);
    const denied = [
      [`dt/${B}/lwt`, 'iot:Publish', false],
      [`dt/${A}/kept`, 'iot:RetainPublish', true],
      [`${topicsOf(B)}/${JOB}/update`, 'iot:Publish', false],
    ];
    for (const [topic, action, retain] of denied) {
      const will = { topic, payload: '{"status":"FAILED"}', qos: 1, retain };
      const intruder = server.dial(a, { protocolVersion: version, will });
      intruder.packet('CONNACK', ({ cmd }) => cmd === 'connack').then(() => intruder.client.stream.destroy(), () => {});
      await intruder.end();
      await eventually('the denial', async () => (await server.denials()).some(({ resource }) => resource === arn(`topic/${topic}`)));
      await server.assertDenied(a, action, arn(`topic/${topic}`));
    }
    const will = { topic: `dt/${A}/lwt`, payload: '{}', qos: 1, retain: false };
    const honest = await server.connect(a, { protocolVersion: version, will });
    honest.client.stream.destroy();
    await witness.packet('the will', ({ topic }) => topic === `dt/${A}/lwt`);
    assert.deepEqual(witness.heard, [`dt/${A}/lwt`]);
    assert.deepEqual(await executionOf(server, B), UNTOUCHED);
  });

  test(`what waited for a session is received only if it may be by then (MQTT version ${version})`, async (t) => {
    const policy = (received) => [
      ...OWN_JOBS,
      allow(['iot:Publish', 'iot:Subscribe', 'iot:Receive'], [arn('topicfilter/dt/*'), ...received.map((topic) => arn(`topic/${topic}`))]),
    ];
    const { server, a, b } = await stage(t, { policy: policy(['dt/*']) });
    const options = { protocolVersion: version, clean: false, properties: version === 5 ? { sessionExpiryInterval: 3600 } : undefined };
    const before = await server.connect(a, options);
    await before.subscribed('dt/#');
    await before.leave();
    const sender = await server.connect(b, { protocolVersion: version });
    await sender.published('dt/secret');
    await sender.published('dt/open');
    await server.policyBecomes('jobs', policy(['dt/open']));
    const after = await server.connect(a, options);
    await after.packet('what it may', ({ topic }) => topic === 'dt/open');
    assert.deepEqual(after.heard, ['dt/open']);
  });

  const ends = {
    revoked: (server, { certificateId }) => server.does('UpdateCertificate', { certificateId, newStatus: 'REVOKED' }),
    deactivated: (server, { certificateId }) => server.does('UpdateCertificate', { certificateId, newStatus: 'INACTIVE' }),
    detached: (server, { thing, certificateArn }) => server.does('DetachThingPrincipal', { thingName: thing, principal: certificateArn }),
    deleted: async (server, { thing, certificateId, certificateArn }) => {
      await server.does('DetachPolicy', { policyName: 'jobs', target: certificateArn });
      await server.does('DetachThingPrincipal', { thingName: thing, principal: certificateArn });
      await server.does('UpdateCertificate', { certificateId, newStatus: 'INACTIVE' });
      await server.does('DeleteCertificate', { certificateId });
    },
  };

  for (const [how, end] of Object.entries(ends)) {
    test(`whose certificate is ${how} is out within a second, and does not come back (MQTT version ${version})`, async (t) => {
      const { server, a, b } = await stage(t);
      const device = await server.connect(a, { protocolVersion: version });
      const bystander = await server.connect(b, { protocolVersion: version });
      await device.subscribed(`${topicsOf(A)}/#`);
      const began = performance.now();
      await end(server, a);
      const answered = performance.now();
      const tookMs = (await device.end()) - (how === 'deleted' ? began : answered);
      assert.ok(tookMs < 1000, `${tookMs.toFixed(0)} ms`);
      const again = server.dial(a, { protocolVersion: version });
      await again.end();
      assert.equal(again.has('connack'), how === 'detached' && version === 5);
      await server.assertDenied(a, 'iot:Connect', arn(`client/${A}`), how === 'detached' ? 'no policy' : 'status|deleted');
      await bystander.assertAlive();
    });
  }

  test(`a policy that is detached denies from the answer on (MQTT version ${version})`, async (t) => {
    const { server, a } = await stage(t);
    const connection = await server.connect(a, { protocolVersion: version });
    await connection.published(`${topicsOf(A)}/get`);
    await server.does('DetachPolicy', { policyName: 'jobs', target: a.certificateArn });
    connection.publish(`${topicsOf(A)}/get`);
    if (version === 5) await connection.packet('PUBACK', ({ cmd, reasonCode }) => cmd === 'puback' && reasonCode === NOT_AUTHORIZED);
    else await connection.end();
    assert.equal(connection.packets.filter(({ cmd }) => cmd === 'puback').length, version === 5 ? 2 : 1);
    await server.assertDenied(a, 'iot:Publish', arn(`topic/${topicsOf(A)}/get`));
  });
}

/* ---- HTTPS ---- */

const DATA_PLANE = [
  ['GET', (thing) => `/things/${thing}/jobs`, 'GetPendingJobExecutions'],
  ['PUT', (thing) => `/things/${thing}/jobs/$next`, 'StartNextPendingJobExecution', {}],
  ['GET', (thing) => `/things/${thing}/jobs/${JOB}`, 'DescribeJobExecution'],
  ['GET', (thing) => `/things/${thing}/jobs/$next`, 'DescribeJobExecution'],
  ['POST', (thing) => `/things/${thing}/jobs/${JOB}`, 'UpdateJobExecution', { status: 'FAILED' }],
];

test('over HTTPS a device does its own jobs, and reaches none of another', async (t) => {
  const policy = [...OWN_JOBS, allow('iotjobsdata:*', arn(`thing/${A}`))];
  const { server, a } = await stage(t, { policy });
  for (const [method, route, operation, body] of DATA_PLANE) {
    const refused = await server.ask(a, method, route(B), { body });
    assert.equal(refused.status, 403, `${method} ${route(B)}`);
    assert.equal(refused.headers['x-amzn-errortype'], 'ForbiddenException:');
    await server.assertDenied(a, `iotjobsdata:${operation}`, arn(`thing/${B}`));
    for (const other of [`%76alve`, `${A}%2F..%2F${B}`, `..%2F${B}`]) {
      const { status } = await server.ask(a, method, route(other), { body });
      assert.ok(status === 403 || status === 400 || status === 404, `${method} ${route(other)}: ${status}`);
    }
  }
  for (const [method, route, , body] of DATA_PLANE) {
    const { status, text } = await server.ask(a, method, route(A), { body });
    assert.equal(status, 200, `${method} ${route(A)}: ${text}`);
  }
  assert.deepEqual(await executionOf(server, B), UNTOUCHED);
});

test('what policies say of topics permits nothing over HTTPS, and the reverse', async (t) => {
  const { server, a, b } = await stage(t);
  assert.equal((await server.ask(a, 'GET', `/things/${A}/jobs`)).status, 403);
  await server.assertDenied(a, 'iotjobsdata:GetPendingJobExecutions', arn(`thing/${A}`));
  await server.policyBecomes('jobs', [allow('iotjobsdata:*', '*')]);
  assert.equal((await server.ask(a, 'GET', `/things/${A}/jobs`)).status, 200);
  const connection = server.dial(b);
  await connection.end();
  assert.deepEqual(connection.packets, []);
});

test('whatever its policies say, a certificate does not reach the control plane', async (t) => {
  const { server, a } = await stage(t, { policy: [allow('*', '*')] });
  /* Whoever signs wants to be whom the signature names: nobody. His certificate does not count then. */
  const scope = 'AWS4-HMAC-SHA256 Credential=dummy/20300101/eu-central-1/iot/aws4_request, SignedHeaders=host, Signature=0';
  const requests = [
    ['GET', '/things'],
    ['POST', '/things/mine', {}],
    ['GET', `/jobs/${JOB}`],
    ['PUT', '/jobs/mine', { targets: [arn(`thing/${B}`)], document: '{}' }],
    ['PUT', `/jobs/${JOB}/cancel`, {}],
    ['DELETE', `/things/${B}/jobs/${JOB}/executionNumber/1?force=true`],
    ['GET', '/certificates'],
    ['POST', '/keys-and-certificate?setAsActive=true', {}],
    ['PUT', '/target-policies/jobs', { target: a.certificateArn }],
    ['PUT', `/certificates/${a.certificateId}?newStatus=INACTIVE`],
    ['DELETE', `/things/${B}`],
    ['POST', '/test-authorization', { principal: a.certificateArn, authInfos: [] }],
  ];
  for (const [method, route, body] of requests) {
    for (const headers of [undefined, { authorization: scope, 'x-amz-date': '20300101T000000Z' }]) {
      const { status, text } = await server.ask(a, method, route, { body, headers });
      assert.equal(status, 403, `${method} ${route}: ${text}`);
    }
  }
  const { things } = await server.does('ListThings', {});
  assert.deepEqual(things.map(({ thingName }) => thingName).sort(), [A, B]);
  assert.equal((await server.does('DescribeJob', { jobId: JOB })).job.status, 'IN_PROGRESS');
  const denials = await server.denials();
  assert.equal(denials.length, 2 * requests.length);
  const unsigned = denials.filter(({ reason }) => reason.startsWith('no certificate permits it'));
  assert.equal(unsigned.length, requests.length);
  for (const { principal, action } of unsigned) {
    assert.equal(principal, `cert/${a.certificateId}`);
    assert.match(action, /^iot:[A-Z]/);
  }
});

test('over HTTPS a certificate counts no more from the answer on that deactivates it', async (t) => {
  const { server, a } = await stage(t, { policy: [allow('iotjobsdata:*', '*')] });
  assert.equal((await server.ask(a, 'GET', `/things/${A}/jobs`)).status, 200);
  await server.does('UpdateCertificate', { certificateId: a.certificateId, newStatus: 'INACTIVE' });
  assert.equal((await server.ask(a, 'GET', `/things/${A}/jobs`)).status, 403);
});

/* ---- with the device SDK ---- */

async function filesOf(world, device) {
  const folder = await world.temporaryFolder();
  const files = { caFile: 'ca.pem', certificateFile: 'cert.pem', keyFile: 'private.key' };
  for (const [key, content] of [['caFile', device.tls.ca], ['certificateFile', device.tls.cert], ['keyFile', device.tls.key]]) {
    files[key] = path.join(folder, files[key]);
    await writeFile(files[key], content, { mode: 0o600 });
  }
  return files;
}

for (const [protocol, kind, answers] of [[5, 'request-response', '+'], [311, 'request-response', '+'], [311, 'classic', 'accepted']]) {
  test(`the device SDK does its thing's job with its certificate, and not another's (MQTT ${protocol}, ${kind})`, async (t) => {
    const { world, server, a } = await stage(t);
    const device = await Device.connect(world, server.server, { thing: A, protocol, kind, ...(await filesOf(world, a)) });
    const { execution } = await device.startNext();
    assert.equal(execution.jobId, JOB);
    await device.update(JOB, { status: 'SUCCEEDED' });
    assert.equal((await executionOf(server, A)).status, 'SUCCEEDED');
    await assert.rejects(device.call('startNextPendingJobExecution', { thingName: B }));
    assert.deepEqual(await executionOf(server, B), UNTOUCHED);
    await server.assertDenied(a, 'iot:Subscribe', arn(`topicfilter/${topicsOf(B)}/start-next/${answers}`));
  });
}

test('the device SDK does not connect as another thing', async (t) => {
  const { world, server, a } = await stage(t);
  const device = Device.start(world, server.server, { thing: B, protocol: 311, ...(await filesOf(world, a)) });
  assert.notEqual((await device.take('exit')).code, 0);
  await server.assertDenied(a, 'iot:Connect', arn(`client/${B}`));
});
