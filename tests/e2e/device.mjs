/*
 * The program of a device: the AWS IoT Device SDK v2 for JavaScript (the native CRT) and one of its two jobs clients, over
 * plain TCP or, with a file of a CA to trust, over TLS, with a certificate of its own if it has one.
 *
 *   device.mjs PORT THING 5|311 request-response|classic [CA_FILE [CERTIFICATE_FILE KEY_FILE]]
 *
 * Talks with the test that forked it. It sends { event: 'ready' } once both notifications are subscribed, { event, message }
 * for each notification, { event: 'notify subscribed' } after a reconnection (the request/response client only), and, from
 * the classic client, { event: 'stray', message } for an answer that no request waits for; it is sent { id, name, request },
 * calls that function of the jobs client, and sends { id, answer } or { id, refusal }.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { io, iotjobs, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2';

import { ClassicJobs } from './device_classic.mjs';

const [port, thingName, protocol, kind, caFile, certificateFile, keyFile] = process.argv.slice(2);
const options = { maxRequestResponseSubscriptions: 6, maxStreamingSubscriptions: 2, operationTimeoutInSeconds: 10 };

function tlsContext() {
  if (!caFile) return undefined;
  const tls = certificateFile
    ? io.TlsContextOptions.create_client_with_mtls_from_path(certificateFile, keyFile)
    : new io.TlsContextOptions();
  tls.override_default_trust_store(readFileSync(caFile, 'utf8'));
  return new io.ClientTlsContext(tls);
}

async function connectMqtt5() {
  const client = new mqtt5.Mqtt5Client({
    hostName: '127.0.0.1',
    port: Number(port),
    connectProperties: { clientId: thingName, keepAliveIntervalSeconds: 60 },
    socketOptions: new io.SocketOptions(),
    tlsCtx: tlsContext(),
    minReconnectDelayMs: 50,
    maxReconnectDelayMs: 200,
  });
  client.on('error', () => {}); // a broken connection is what some tests are about; the client mends it
  const connected = once(client, mqtt5.Mqtt5Client.CONNECTION_SUCCESS);
  client.start();
  await connected;
  return client;
}

async function connectMqtt311() {
  const connection = new mqtt.MqttClient().new_connection({
    client_id: thingName,
    host_name: '127.0.0.1',
    port: Number(port),
    clean_session: true,
    keep_alive: 60,
    socket_options: new io.SocketOptions(),
    tls_ctx: tlsContext(),
  });
  connection.on('error', () => {});
  await connection.connect();
  return connection;
}

/* Opens a stream of notifications and waits until the broker has granted it. */
async function listen(event, stream) {
  stream.on('incomingPublish', ({ message }) => process.send({ event, message }));
  const granted = once(stream, 'subscriptionStatus');
  stream.open();
  const [{ error }] = await granted;
  if (error) throw error;
  stream.on('subscriptionStatus', ({ type }) => {
    if (type === 0) process.send({ event: `${event} subscribed` });
  });
}

async function requestResponseJobs() {
  const jobs =
    protocol === '5'
      ? iotjobs.IotJobsClientv2.newFromMqtt5(await connectMqtt5(), options)
      : iotjobs.IotJobsClientv2.newFromMqtt311(await connectMqtt311(), options);
  await listen('notify', jobs.createJobExecutionsChangedStream({ thingName }));
  await listen('notify-next', jobs.createNextJobExecutionChangedStream({ thingName }));
  return jobs;
}

async function classicJobs() {
  const client =
    protocol === '5'
      ? iotjobs.IotJobsClient.newFromMqtt5Client(await connectMqtt5())
      : new iotjobs.IotJobsClient(await connectMqtt311());
  const jobs = new ClassicJobs(client, (event, message) => process.send({ event, message }));
  await jobs.listen(thingName);
  return jobs;
}

const jobs = await (kind === 'classic' ? classicJobs() : requestResponseJobs());

process.on('message', async ({ id, name, request }) => {
  try {
    process.send({ id, answer: await jobs[name]({ thingName, ...request }) });
  } catch (error) {
    process.send({ id, refusal: { message: error.message, ...error.modeledError } });
  }
});
process.send({ event: 'ready' });
