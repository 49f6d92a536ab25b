/*
 * The program of a device: the AWS IoT Device SDK v2 for JavaScript (the native CRT) and its jobs client, over plain TCP or,
 * with a file of a CA to trust, over TLS.
 *
 *   device.mjs PORT THING 5|311 [CA_FILE]
 *
 * Talks with the test that forked it. It sends { event: 'ready' } once both notifications are subscribed, { event, message }
 * for each notification, { event: 'notify subscribed' } after a reconnection; it is sent { id, name, request }, calls that
 * function of the jobs client, and sends { id, answer } or { id, refusal }.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import { io, iotjobs, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2';

const [port, thingName, protocol, caFile] = process.argv.slice(2);
const options = { maxRequestResponseSubscriptions: 6, maxStreamingSubscriptions: 2, operationTimeoutInSeconds: 10 };

function tlsContext() {
  if (!caFile) return undefined;
  const tls = new io.TlsContextOptions();
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
  return iotjobs.IotJobsClientv2.newFromMqtt5(client, options);
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
  return iotjobs.IotJobsClientv2.newFromMqtt311(connection, options);
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

const jobs = await (protocol === '5' ? connectMqtt5() : connectMqtt311());
await listen('notify', jobs.createJobExecutionsChangedStream({ thingName }));
await listen('notify-next', jobs.createNextJobExecutionChangedStream({ thingName }));

process.on('message', async ({ id, name, request }) => {
  try {
    process.send({ id, answer: await jobs[name]({ thingName, ...request }) });
  } catch (error) {
    process.send({ id, refusal: { message: error.message, ...error.modeledError } });
  }
});
process.send({ event: 'ready' });
