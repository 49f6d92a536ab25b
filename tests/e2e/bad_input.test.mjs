/* Bad input gets a clear error and changes nothing; neither server nor broker minds. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';

import { MqttClient } from './clients.mjs';
import { AT_00_31, thingArn, WAIT_MS, within, World } from './support.mjs';

const THING = 'demoDevice';
const topics = `$aws/things/${THING}/jobs`;
const TEMPLATE = 'arn:aws:iot:eu-central-1::jobtemplate/AWS-Reboot:1.0';
const good = { targets: [thingArn(THING)], document: '{"op":"noop"}' };
const starting = (startTime) => ({ ...good, schedulingConfig: { startTime } });
const put = (body, route = '/jobs/j') => ['PUT', route, body];

const INVALID = [400, 'InvalidRequestException'];
const MISSING = [404, 'ResourceNotFoundException'];
const UNKNOWN = [404, 'UnknownOperationException'];
const TOO_LARGE = [413, 'RequestEntityTooLargeException'];
const NOT_IMPLEMENTED = [501, 'NotImplementedException'];

/* what it is, the request, how it is refused, and what the message has to speak of */
const requests = [
  ['a body that is not JSON', put('{"targets":'), INVALID, /JSON/],
  ['a body with something behind the JSON', put('{} {}'), INVALID, /JSON/],
  ['a body that is JSON but no object', put('[]'), INVALID, /object/],
  ['a body that is not UTF-8', put(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), INVALID, /UTF-8|JSON/],
  ['a body nested 100,000 deep', put('['.repeat(100_000)), INVALID, /JSON/],
  ['a body above 1 MiB', put(`{"document":"${'x'.repeat(1024 * 1024)}"}`), TOO_LARGE, /1 MiB|1048576/],
  ['a member of the wrong type', put({ ...good, targets: thingArn(THING) }), INVALID, /targets/],
  ['an unknown path', ['GET', '/nonsense'], UNKNOWN, /./],
  ['an unknown method on a known path', ['DELETE', '/things'], UNKNOWN, /./],
  ['a broken percent escape', ['GET', '/jobs/%zz'], INVALID, /./],
  ['a NUL in the path', ['GET', '/jobs/a%00b'], INVALID, /./],
  ['a path that is not UTF-8', ['GET', '/jobs/%ff'], INVALID, /./],
  ['a document that is not where it is said to be', put({ targets: good.targets, documentSource: 'https://s3.amazonaws.com/bucket/k' }), INVALID, /The specified bucket does not exist/],
  ['a placeholder for a package', put({ ...good, document: '["${aws:iot:package:p:version:v:attributes:a}"]' }), NOT_IMPLEMENTED, /no package catalog/],
  ['a job id out of its pattern', put(good, '/jobs/a%20b'), INVALID, /jobId.*pattern/],
  ['a job id of 65 characters', put(good, `/jobs/${'j'.repeat(65)}`), INVALID, /jobId.*less than or equal to 64/],
  ['a thing name out of its pattern', ['POST', '/things/a%2Fb', {}], INVALID, /thingName.*pattern/],
  ['a thing name of 129 characters', ['POST', `/things/${'t'.repeat(129)}`, {}], INVALID, /thingName.*128/],
  ['a page size out of range', ['GET', '/jobs?maxResults=251'], INVALID, /maxResults.*less than or equal to 250/],
  ['a page token that we never gave', ['GET', '/jobs?nextToken=%21%21'], INVALID, /token/i],
  ['a status that does not exist', ['GET', '/jobs?status=SLEEPING'], INVALID, /status.*enum value set/],
  ['no targets', put({ document: '{}' }), INVALID, /targets.*must not be null/i],
  ['a target that is no ARN', put({ ...good, targets: ['demoDevice'] }), INVALID, /demoDevice/],
  ['a target whose ARN is of another kind', put({ ...good, targets: ['arn:aws:iot:eu-central-1:000000000000:job/x'] }), INVALID, /job/],
  ['a target that does not exist', put({ ...good, targets: [thingArn(THING), thingArn('nobody')] }), MISSING, /nobody/],
  ['a document that is not JSON', put({ ...good, document: '{"op":' }), INVALID, /JSON/],
  ['a document over 32768 bytes', put({ ...good, document: JSON.stringify('x'.repeat(32767)) }), INVALID, /document.*32768/],
  ['both origins of a document', put({ ...good, documentSource: 'https://s3.amazonaws.com/b/k' }), INVALID, /document source/],
  ['no origin of a document', put({ targets: good.targets }), INVALID, /document/],
  ['a template that does not exist', put({ targets: good.targets, jobTemplateArn: TEMPLATE.replace('Reboot', 'Dance') }), MISSING, /AWS-Dance/],
  ['a template ARN of another kind', put({ targets: good.targets, jobTemplateArn: 'arn:aws:iot:eu-central-1::job/AWS-Reboot:1.0' }), INVALID, /jobtemplate/],
  ['a parameter that the template has not', put({ targets: good.targets, jobTemplateArn: TEMPLATE, documentParameters: { speed: '9' } }), INVALID, /speed/],
  ['parameters without a template', put({ ...good, documentParameters: { speed: '9' } }), INVALID, /documentParameters|parameter/i],
  ['a start time in the past', put(starting('2029-12-31 23:59')), INVALID, /./],
  ['a start time nearer than the lead', put(starting('2030-01-01 00:29')), INVALID, /30 minutes/],
  ['a start time more than a year ahead', put(starting('2031-01-02 00:00')), INVALID, /year/],
  ['a start time in another form', put(starting('2030-01-01T00:31:00Z')), INVALID, /YYYY-MM-DD/],
  ['a start time on a day that does not exist', put(starting('2030-02-30 12:00')), INVALID, /./],
];

test('HTTP: bad requests are refused clearly and change nothing', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  await server.http('POST', `/things/${THING}`, { body: {} });

  for (const [what, [method, route, body], [status, errorType], words] of requests) {
    await t.test(`${what} is refused with ${status} ${errorType}`, async () => {
      const answer = await server.http(method, route, { body });
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.errorType, errorType);
      assert.match(answer.json.message, words);
    });
  }
  await t.test('after all of them there is one thing and no job, and good requests are served', async () => {
    const { json: jobs } = await server.http('GET', '/jobs');
    assert.deepEqual(jobs.jobs, []);
    const { json: things } = await server.http('GET', '/things');
    assert.deepEqual(things.things.map((x) => x.thingName), [THING]);
    assert.equal((await server.http('PUT', '/jobs/j', { body: starting(AT_00_31) })).status, 200);
  });
});

const VALID_UPDATE = { status: 'IN_PROGRESS' };
/* All but TAB, LF and CR, which a device's standard output is full of, and NUL, which no text may hold. */
const CONTROL_CHARACTERS = [...Array(0x20).keys(), 0x7f, 0x80, 0x85, 0x9f].filter((code) => ![0x00, 0x09, 0x0a, 0x0d].includes(code));
const messages = [
  ['a payload that is not JSON', 'j/update', '{"status":', 'InvalidJson'],
  ['a payload that is JSON but no object', 'j/update', '["SUCCEEDED"]', 'InvalidJson'],
  ...['get', 'start-next', '$next/get', 'j/get', 'j/update'].flatMap((request) => (
    ['null', 'true', '7', '"{}"', '[]'].map((json) => [`${request} with ${json} for an object`, request, json, 'InvalidJson'])
  )),
  ['a payload with something behind the JSON', 'get', '{}{}', 'InvalidJson'],
  ['a line break in a string that is not escaped', 'j/update', '{"status":"IN_PROGRESS","statusDetails":{"a":"\n"}}', 'InvalidJson'],
  ['a payload that is not UTF-8', 'j/update', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'InvalidJson'],
  ['an unknown topic below jobs/', 'j/delete', {}, 'InvalidTopic'],
  ['a topic that ends too early', 'j', {}, 'InvalidTopic'],
  ['a NUL in a string', 'j/update', { ...VALID_UPDATE, statusDetails: { a: 'x\0y' } }, 'InvalidJson'],
  ['an update without a status', 'j/update', {}, 'InvalidRequest'],
  ['an update of zero bytes', 'j/update', '', 'InvalidRequest'],
  ['an update to the status null', 'j/update', { status: null }, 'InvalidRequest'],
  ['a status of the wrong type', 'j/update', { status: 7 }, 'InvalidRequest'],
  ['a status that does not exist', 'j/update', { status: 'DONE' }, 'InvalidRequest'],
  ['status details that are no object', 'j/update', { ...VALID_UPDATE, statusDetails: 'all well' }, 'InvalidRequest'],
  ['a status detail that is no text', 'j/update', { ...VALID_UPDATE, statusDetails: { a: { b: 1 } } }, 'InvalidRequest'],
  ['a status detail that is null', 'j/update', { ...VALID_UPDATE, statusDetails: { a: null } }, 'InvalidRequest'],
  ['a status detail that is a list', 'j/update', { ...VALID_UPDATE, statusDetails: { a: ['b'] } }, 'InvalidRequest'],
  ['a status detail that is empty', 'j/update', { ...VALID_UPDATE, statusDetails: { a: '' } }, 'InvalidRequest'],
  ['a status detail of more than 53 bits', 'j/update', '{"status":"IN_PROGRESS","statusDetails":{"a":9007199254740993}}', 'InvalidRequest'],
  ...CONTROL_CHARACTERS.map((code) => {
    const update = { ...VALID_UPDATE, statusDetails: { a: `x${String.fromCharCode(code)}y` } };
    return [`the control character ${code} in a status detail`, 'j/update', update, 'InvalidRequest'];
  }),
  ['a status detail of 1025 characters', 'j/update', { ...VALID_UPDATE, statusDetails: { a: 'x'.repeat(1025) } }, 'InvalidRequest'],
  ['a client token of the wrong type', 'j/update', { ...VALID_UPDATE, clientToken: 7 }, 'InvalidRequest'],
  ['an expected version that is no number', 'j/update', { ...VALID_UPDATE, expectedVersion: 'two' }, 'InvalidRequest'],
  ['a step time-out out of range', 'start-next', { stepTimeoutInMinutes: 10081 }, 'InvalidRequest'],
  ['an update of $next', '$next/update', VALID_UPDATE, 'InvalidRequest'],
  ['a status that only the service may set', 'j/update', { status: 'CANCELED' }, 'InvalidStateTransition'],
  ['a job that does not exist', 'nope/update', VALID_UPDATE, 'ResourceNotFound'],
  ['an execution number that does not exist', 'j/get', { executionNumber: 7 }, 'ResourceNotFound'],
  ['a wrong expected version', 'j/update', { ...VALID_UPDATE, expectedVersion: 7 }, 'VersionMismatch'],
];

test('MQTT: bad requests are rejected with the right code and change nothing', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  await server.http('POST', `/things/${THING}`, { body: {} });
  await server.http('PUT', '/jobs/j', { body: good });
  const device = await MqttClient.connect(world, server, { clientId: THING });

  for (const [what, request, payload, code] of messages) {
    await t.test(`${what} is rejected with ${code}`, async () => {
      const answer = await device.ask(`${topics}/${request}`, payload);
      assert.ok(answer.rejected, JSON.stringify(answer));
      assert.equal(answer.rejected.code, code, answer.rejected.message);
      assert.ok(answer.rejected.message);
      const withState = ['VersionMismatch', 'InvalidStateTransition'].includes(code);
      assert.equal('executionState' in answer.rejected, withState);
    });
  }
  await t.test('a thing that does not exist is rejected with ResourceNotFound', async () => {
    const { rejected } = await device.ask('$aws/things/nobody/jobs/get', {});
    assert.equal(rejected.code, 'ResourceNotFound');
  });
  await t.test('a payload above 128 KiB is rejected', async () => {
    const { rejected } = await device.ask(`${topics}/j/update`, { ...VALID_UPDATE, note: 'x'.repeat(128 * 1024) });
    assert.equal(rejected.code, 'InvalidRequest');
  });
  await t.test('after all of them the execution is untouched, and the broker serves on', async () => {
    const { accepted } = await device.ask(`${topics}/j/get`, {});
    assert.equal(accepted.execution.status, 'QUEUED');
    assert.equal(accepted.execution.versionNumber, 1);
    const other = await MqttClient.connect(world, server, { clientId: 'other' });
    assert.ok((await other.ask(`${topics}/start-next`, {})).accepted.execution);
  });
});

test('MQTT: what is not MQTT costs nobody but its sender anything', async (t) => {
  const world = new World(t);
  const server = await world.frozenServer();
  await server.http('POST', `/things/${THING}`, { body: {} });
  const socket = connect(server.mqttPort, '127.0.0.1');
  socket.on('error', () => {}); // a reset will do as well as an end
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await within(WAIT_MS, 'the broker to hang up', closed);
  const device = await MqttClient.connect(world, server, { clientId: THING });
  assert.ok((await device.ask(`${topics}/get`, {})).accepted);
});
