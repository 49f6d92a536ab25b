/* The clients that our users have: the AWS CLI, the SDK for JavaScript, the device SDK, and mqtt.js. None of them is changed. */
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { IoTClient } from '@aws-sdk/client-iot';
import { IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane';
import mqtt from 'mqtt';

import { REGION, WAIT_MS, within } from './support.mjs';

/* Of a server that asks for them; any will do for the others. */
const credentialsFor = (server) => server.credentials ?? { accessKeyId: 'dummy', secretAccessKey: 'dummy' };

/* Runs `aws ARGUMENTS`: { status, json, errors }. */
export function aws(server, ...args) {
  const credentials = credentialsFor(server);
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: server.region ?? REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
  const all = [...args, '--endpoint-url', server.url, '--output', 'json'];
  return new Promise((resolve) => {
    execFile('aws', all, { env, timeout: 6 * WAIT_MS }, (error, output, errors) => {
      resolve({ status: error ? error.code : 0, json: output.trim() ? JSON.parse(output) : undefined, errors });
    });
  });
}

/* The same, where nothing but success will do; returns the answer. */
export async function awsDoes(server, ...args) {
  const { status, json, errors } = await aws(server, ...args);
  assert.equal(status, 0, `aws ${args.join(' ')}: ${errors}`);
  return json;
}

const clientOf = (server) => ({
  endpoint: server.url,
  region: REGION,
  credentials: credentialsFor(server),
  maxAttempts: 1,
});

/* The control plane as the AWS SDK for JavaScript v3 sees it. */
export function controlPlane(world, server, options = {}) {
  const client = new IoTClient({ ...clientOf(server), ...options });
  world.onClose(() => client.destroy());
  return client;
}

/* The jobs data plane, same SDK. */
export function dataPlane(world, server, options = {}) {
  const client = new IoTJobsDataPlaneClient({ ...clientOf(server), ...options });
  world.onClose(() => client.destroy());
  return client;
}

/* Things that arrive, in order; take() hands out the first one that fits and waits for it if need be. */
export class Inbox {
  constructor() {
    this.all = [];
    this.taken = new Set();
    this.waiting = [];
  }

  put(item) {
    this.all.push(item);
    this.waiting = this.waiting.filter((wait) => !wait());
  }

  take(what, fits) {
    const found = new Promise((resolve) => {
      const look = () => {
        const item = this.all.find((i) => fits(i) && !this.taken.has(i));
        if (!item) return false;
        this.taken.add(item);
        resolve(item);
        return true;
      };
      if (!look()) this.waiting.push(look);
    });
    return within(WAIT_MS, `${what}; so far: ${JSON.stringify(this.all)}`, found);
  }
}

/* Where the server listens for each transport, which is a scheme of mqtt.js's URLs. */
const listeners = { mqtt: 'mqttPort', mqtts: 'mqttsPort', ws: 'websocketPort' };

/* A plain MQTT client that writes down every PUBLISH it is sent, subscribed to or not. */
export class MqttClient {
  /* Over TLS where a CA to trust is given; `options` are those of mqtt.js. */
  static async connect(world, server, { ca, transport = ca ? 'mqtts' : 'mqtt', protocolVersion = 4, ...options } = {}) {
    const self = new MqttClient();
    const url = `${transport}://127.0.0.1:${server.settings[listeners[transport]]}`;
    self.inbox = new Inbox();
    self.client = mqtt.connect(url, { ca, protocolVersion, reconnectPeriod: 0, ...options });
    self.client.on('message', (topic, payload, { qos, retain, properties }) => {
      const json = payload.length > 0 ? JSON.parse(payload) : undefined;
      self.inbox.put({ topic, payload: json, qos, retain, properties });
    });
    world.onClose(() => self.client.endAsync(true));
    const [{ sessionPresent }] = await within(WAIT_MS, 'CONNACK', once(self.client, 'connect'));
    self.sessionPresent = sessionPresent;
    self.client.stream.setNoDelay?.(true);
    return self;
  }

  /* Says goodbye; a session that is to last stays behind. */
  async leave() {
    await this.client.endAsync();
  }

  async subscribe(...filters) {
    const granted = await this.client.subscribeAsync(filters, { qos: 1 });
    for (const { topic, qos } of granted) assert.ok(qos < 0x80, `subscription to ${topic} refused`);
  }

  async publish(topic, payload, options = { qos: 1 }) {
    const bytes = payload instanceof Uint8Array || typeof payload === 'string' ? payload : JSON.stringify(payload);
    await within(WAIT_MS, `PUBACK for ${topic}`, this.client.publishAsync(topic, bytes, options));
  }

  /* The payload of the next message on `topic`. */
  async next(topic) {
    return (await this.inbox.take(`a message on ${topic}`, (m) => m.topic === topic)).payload;
  }

  /* Publishes a request and returns its answer: { accepted: payload } or { rejected: payload }. */
  async ask(topic, payload, options) {
    await this.publish(topic, payload, options);
    const answers = [`${topic}/accepted`, `${topic}/rejected`];
    const message = await this.inbox.take(`an answer to ${topic}`, (m) => answers.includes(m.topic));
    return { [message.topic.slice(topic.length + 1)]: message.payload };
  }

  /* Topics of all messages so far, in order. */
  get topics() {
    return this.inbox.all.map((m) => m.topic);
  }

  /*
   * After this, everything that was on its way to this client has arrived: a broker delivers in order, so the answer
   * to a request of ours comes behind it. The thing has to exist.
   */
  async settle(thing) {
    const topic = `$aws/things/${thing}/jobs/get`;
    const token = `settle-${this.inbox.all.length}`;
    await this.publish(topic, { clientToken: token });
    const marker = await this.inbox.take('the marker', (m) => m.topic === `${topic}/accepted` && m.payload.clientToken === token);
    this.inbox.all = this.inbox.all.filter((m) => m !== marker && m.payload?.clientToken !== token);
  }
}

/*
 * A device that runs the AWS IoT Device SDK v2; see device.mjs. It lives in a process of its own, as devices do, and
 * because the SDK's native part keeps the process alive that it lives in, even when everything is closed.
 */
export class Device {
  static async connect(world, server, options) {
    const self = Device.start(world, server, options);
    await self.take('ready');
    return self;
  }

  /* Over TLS where a file of a CA to trust is given, perhaps with a certificate; `kind` is the SDK's jobs client to use:
   * request-response or classic. It may get in or not. */
  static start(world, server, { thing = 'demoDevice', protocol = 5, kind = 'request-response', caFile, certificateFile, keyFile } = {}) {
    const self = new Device();
    const port = caFile ? server.settings.mqttsPort : server.mqttPort;
    self.inbox = new Inbox();
    const args = [port, thing, protocol, kind, caFile ?? '', ...(certificateFile ? [certificateFile, keyFile] : [])].map(String);
    self.child = fork(fileURLToPath(new URL('device.mjs', import.meta.url)), args);
    self.child.on('message', (message) => self.inbox.put(message));
    const exited = once(self.child, 'exit');
    exited.then(([code]) => self.inbox.put({ event: 'exit', code }));
    world.onClose(async () => {
      self.child.kill('SIGKILL');
      await exited;
    });
    return self;
  }

  take(event) {
    return this.inbox.take(`the device's ${event}`, (message) => message.event === event);
  }

  async nextNotify() {
    return (await this.take('notify')).message;
  }

  async nextNotifyNext() {
    return (await this.take('notify-next')).message;
  }

  /* Answers that no request was waiting for: the classic client shows them, the other one drops them. */
  get strays() {
    return this.inbox.all.filter((m) => m.event === 'stray');
  }

  /* All notifications so far, asked for or not. */
  get heard() {
    return this.inbox.all.filter((m) => m.event === 'notify' || m.event === 'notify-next');
  }

  /* After the server came back: the device's SDK has found it by itself and subscribed again. */
  async resubscribed() {
    await this.take('notify subscribed');
    await this.take('notify-next subscribed');
  }

  /* Calls a function of the SDK's jobs client; rejects with the modelled error that it rejects with. */
  async call(name, request = {}) {
    const id = randomUUID();
    this.child.send({ id, name, request });
    const { answer, refusal } = await this.inbox.take(`${name} to return`, (message) => message.id === id);
    if (refusal) throw Object.assign(new Error(refusal.message), refusal);
    return answer;
  }

  startNext(request) {
    return this.call('startNextPendingJobExecution', request);
  }

  pending(request) {
    return this.call('getPendingJobExecutions', request);
  }

  describe(jobId, request) {
    return this.call('describeJobExecution', { jobId, ...request });
  }

  update(jobId, request) {
    return this.call('updateJobExecution', { jobId, ...request });
  }

  /* See MqttClient.settle(). */
  async settle() {
    await this.pending();
  }
}
