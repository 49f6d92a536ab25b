/*
 * A server with auth = enforce, as those see it who have something to show: an administrator with an access key, and devices
 * with certificates that he has made for them.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';

import * as iot from '@aws-sdk/client-iot';
import mqtt from 'mqtt';

import { ACCOUNT, freePort, freePorts, REGION, WAIT_MS, within } from './support.mjs';

const KEY = { accessKeyId: 'AKIAADMINISTRATOR', secretAccessKey: 'administrators-secret' };

export const arn = (rest) => `arn:aws:iot:${REGION}:${ACCOUNT}:${rest}`;
export const allow = (action, resource, more = {}) => ({ Effect: 'Allow', Action: action, Resource: resource, ...more });

const THING = '${iot:Connection.Thing.ThingName}';

/* What a device needs for its jobs over MQTT, and for nothing else. */
export const OWN_JOBS = [
  allow('iot:Connect', arn(`client/${THING}`), { Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } } }),
  allow(['iot:Publish', 'iot:Receive'], arn(`topic/$aws/things/${THING}/jobs/*`)),
  allow('iot:Subscribe', arn(`topicfilter/$aws/things/${THING}/jobs/*`)),
];

/* One connection to the broker: what the client has sent is up to the test, what came back is written down. */
export class Connection {
  constructor(client) {
    this.client = client;
    this.packets = [];
    this.waiting = [];
    this.closed = new Promise((resolve) => {
      client.once('close', () => resolve(performance.now()));
    });
    client.on('error', () => {}); // a CONNACK that refuses; it is among the packets
    client.on('packetreceive', (packet) => {
      this.packets.push(packet);
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  /* The next packet that `fits`, past or to come. */
  packet(what, fits) {
    const found = new Promise((resolve) => {
      const look = () => {
        const packet = this.packets.find(fits);
        if (packet) resolve(packet);
        return packet !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
    return within(WAIT_MS, `${what}; so far: ${JSON.stringify(this.packets)}`, found);
  }

  /* Until the server has closed it; in performance.now(). */
  end() {
    return within(WAIT_MS, `the end of the connection; so far: ${JSON.stringify(this.packets)}`, this.closed);
  }

  /* That it has not ended, by asking the server. */
  async assertAlive() {
    const pings = () => this.packets.filter(({ cmd }) => cmd === 'pingresp').length;
    const before = pings();
    this.client.sendPing();
    await this.packet('PINGRESP', () => pings() > before);
  }

  has(...commands) {
    return this.packets.some(({ cmd }) => commands.includes(cmd));
  }

  /* Topics of what was delivered, in order. */
  get heard() {
    return this.packets.filter(({ cmd }) => cmd === 'publish').map(({ topic }) => topic);
  }

  publish(topic, { payload = '{}', ...options } = {}) {
    this.client.publish(topic, payload, { qos: 1, ...options }, () => {}); // its callback tells nothing but the packets do
  }

  subscribe(...filters) {
    this.client.subscribe(filters, { qos: 1 }, () => {});
  }

  /* Publishes, and waits until that was acknowledged. */
  async published(topic, options) {
    await within(WAIT_MS, `PUBACK for ${topic}`, this.client.publishAsync(topic, '{}', { qos: 1, ...options }));
  }

  async subscribed(...filters) {
    const granted = await within(WAIT_MS, 'SUBACK', this.client.subscribeAsync(filters, { qos: 1 }));
    for (const { topic, qos } of granted) assert.ok(qos < 0x80, `subscription to ${topic} refused`);
  }

  async leave() {
    await this.client.endAsync();
  }
}

export class EnforcingServer {
  static async start(world, settings = {}) {
    const self = new EnforcingServer();
    const accessKeys = path.join(await world.temporaryFolder(), 'access_keys');
    await writeFile(accessKeys, `${KEY.accessKeyId} ${KEY.secretAccessKey} admin\n`, { mode: 0o600 });
    self.world = world;
    self.server = await world.server({
      ...(await freePorts()),
      auth: 'enforce',
      mqttPort: 0,
      httpsPort: await freePort(),
      mqttsPort: await freePort(),
      region: REGION,
      accessKeys,
      ...settings,
    });
    self.sdk = new iot.IoTClient({ endpoint: self.server.url, region: REGION, credentials: KEY, maxAttempts: 1 });
    world.onClose(() => self.sdk.destroy());
    self.ca = await (await fetch(`${self.server.url}/_iotjobs/ca.pem`)).text();
    return self;
  }

  /* An operation of the control plane, by its name, as the administrator. */
  does(operation, input) {
    return this.sdk.send(new iot[`${operation}Command`](input));
  }

  async policy(policyName, statements) {
    await this.does('CreatePolicy', { policyName, policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
  }

  /* Another document is in force from the answer on. */
  async policyBecomes(policyName, statements) {
    const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await this.does('CreatePolicyVersion', { policyName, policyDocument, setAsDefault: true });
  }

  /* A thing, and a certificate with its key that is attached to it and has the policies: what a device is given. */
  async device(thing, ...policies) {
    await this.does('CreateThing', { thingName: thing });
    const made = await this.does('CreateKeysAndCertificate', { setAsActive: true });
    await this.does('AttachThingPrincipal', { thingName: thing, principal: made.certificateArn });
    for (const policyName of policies) await this.does('AttachPolicy', { policyName, target: made.certificateArn });
    return {
      thing,
      certificateId: made.certificateId,
      certificateArn: made.certificateArn,
      tls: { ca: this.ca, cert: made.certificatePem, key: made.keyPair.PrivateKey },
    };
  }

  async job(jobId, ...things) {
    const targets = things.map((thing) => arn(`thing/${thing}`));
    await this.does('CreateJob', { jobId, targets, document: '{"op":"noop"}' });
  }

  /* CONNECT is on its way; what becomes of it, the test finds out. */
  dial(device, { protocolVersion = 4, clientId = device.thing, ...options } = {}) {
    const url = `mqtts://127.0.0.1:${this.server.settings.mqttsPort}`;
    const client = mqtt.connect(url, { protocolVersion, clientId, reconnectPeriod: 0, ...device.tls, ...options });
    this.world.onClose(() => client.endAsync(true));
    return new Connection(client);
  }

  /* Connected. */
  async connect(device, options) {
    const connection = this.dial(device, options);
    const { returnCode, reasonCode } = await connection.packet('CONNACK', ({ cmd }) => cmd === 'connack');
    assert.equal(reasonCode ?? returnCode, 0);
    return connection;
  }

  /* One request over HTTPS with the device's certificate, unsigned unless `headers` say otherwise. */
  ask(device, method, route, { body, headers } = {}) {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.server.settings.httpsPort, path: route, method, headers, agent: false };
      const request = https.request({ ...options, ...device.tls, timeout: WAIT_MS }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      });
      request.on('timeout', () => request.destroy(new Error(`no answer to ${route}`))).on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  }

  /* Newest first. */
  async denials() {
    const { hostname, port } = new URL(this.server.url);
    const signer = await this.sdk.config.signer();
    const { headers } = await signer.sign({
      method: 'GET', protocol: 'http:', hostname, port: Number(port), path: '/_iotjobs/denials', query: {}, headers: { host: `${hostname}:${port}` },
    });
    delete headers.host; // fetch has its own, the same
    const answer = await fetch(`${this.server.url}/_iotjobs/denials`, { headers });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return JSON.parse(text).denials;
  }

  /* The newest denial of the action on the resource is that device's, for that reason. */
  async assertDenied(device, action, resource, reason = 'no policy allows it') {
    const denials = await this.denials();
    const found = denials.find((denial) => denial.action === action && denial.resource === resource);
    assert.ok(found, `${action} ${resource} is not among ${JSON.stringify(denials)}`);
    assert.equal(found.principal, `cert/${device.certificateId}`);
    assert.match(found.reason, new RegExp(reason));
    assert.equal(found.sourceIp, '127.0.0.1');
  }
}
