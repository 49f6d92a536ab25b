/*
 * The classic jobs client of the AWS IoT Device SDK v2 can publish a request, and can subscribe to answers, and leaves it to
 * the device to bring the two together. Here that is done, in the way its users do it: subscribe to both answers, publish,
 * and find the request by the client token. It has the functions of the SDK's request/response client, so that a test need
 * not know which of the two it talks to.
 */
import { mqtt } from 'aws-iot-device-sdk-v2';

const QOS = mqtt.QoS.AtLeastOnce;

export class ClassicJobs {
  /* `report(event, message)` is told of notifications, and of answers that no request waits for. */
  constructor(client, report) {
    this.client = client;
    this.report = report;
    this.waiting = new Map(); // from where answers come to the requests that wait for one
  }

  async listen(thingName) {
    const tell = (event) => (error, message) => this.report(event, error ? String(error) : message);
    await this.client.subscribeToJobExecutionsChangedEvents({ thingName }, QOS, tell('notify'));
    await this.client.subscribeToNextJobExecutionChangedEvents({ thingName }, QOS, tell('notify-next'));
  }

  getPendingJobExecutions(request) {
    return this.#ask('GetPendingJobExecutions', request);
  }

  startNextPendingJobExecution(request) {
    return this.#ask('StartNextPendingJobExecution', request);
  }

  describeJobExecution(request) {
    return this.#ask('DescribeJobExecution', request);
  }

  updateJobExecution(request) {
    return this.#ask('UpdateJobExecution', request);
  }

  async #ask(operation, request) {
    const waiting = await this.#subscribed(operation, request);
    const answered = new Promise((resolve, reject) => waiting.push({ token: request.clientToken, resolve, reject }));
    const [answer] = await Promise.all([answered, this.client[`publish${operation}`](request, QOS)]); // in either order
    return answer;
  }

  /* The requests that wait for an answer where the one to this request will come; a promise, made once. */
  #subscribed(operation, { thingName, jobId }) {
    const place = `${operation} ${thingName} ${jobId}`;
    if (!this.waiting.has(place)) this.waiting.set(place, this.#subscribe(operation, { thingName, jobId }));
    return this.waiting.get(place);
  }

  async #subscribe(operation, place) {
    const waiting = [];
    const settle = (how) => (error, answer) => {
      const at = waiting.findIndex(({ token }) => token === answer?.clientToken);
      if (error || at < 0) this.report('stray', error ? String(error) : answer);
      else how(waiting.splice(at, 1)[0], answer);
    };
    const accept = settle(({ resolve }, answer) => resolve(answer));
    const refuse = settle(({ reject }, answer) => reject(Object.assign(new Error('rejected'), { modeledError: answer })));
    await this.client[`subscribeTo${operation}Accepted`](place, QOS, accept);
    await this.client[`subscribeTo${operation}Rejected`](place, QOS, refuse);
    return waiting;
  }
}
