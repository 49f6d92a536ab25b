/* Inputs as requests over HTTP, sent raw: no client library helps, or hides anything. */
import { Agent, request as httpRequest } from 'node:http';

export const REGION = 'eu-central-1';
const TIMEOUT_MS = 20_000;

/* Everything but what RFC 3986 leaves unreserved, `:` and `$` too, as the SDKs do in labels. */
const escaped = (text) =>
  encodeURIComponent(String(text)).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/* { method, path, headers, body } of an input: an object of the model's members, by the model's names. What is undefined is
 * left out; members that the model does not have stand in the body. */
export function requestOf(operation, input) {
  const request = { method: operation.method, scope: operation.scope, headers: {}, query: [], body: undefined };
  let uri = operation.uri;
  const body = {};
  for (const [name, value] of Object.entries(input)) {
    const member = operation.input.member(name) ?? { wire: name, location: 'body' };
    if (value === undefined) continue;
    if (member.location === 'uri') uri = uri.replace(`{${member.wire}}`, escaped(value));
    else if (member.location === 'query') request.query.push(`${member.wire}=${escaped(value)}`);
    else if (member.location === 'header') request.headers[member.wire] = String(value);
    else body[name] = value;
  }
  if (operation.hasBody || Object.keys(body).length > 0) request.body = JSON.stringify(body);
  request.path = uri + (request.query.length > 0 ? `?${request.query.join('&')}` : '');
  return request;
}

export class Client {
  constructor(port, connections) {
    this.port = port;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.sent = 0;
  }

  close() {
    this.agent.destroy();
  }

  /* { status, headers, text, json }. Signed, as far as anybody looks, for the service `scope`; null: not at all. */
  send({ method, path, headers = {}, body, scope = 'iot' }) {
    this.sent += 1;
    const all = {
      ...(scope && {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20300101/${REGION}/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
      }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, method, path, headers: all, agent: this.agent, timeout: TIMEOUT_MS };
      const request = httpRequest(options, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece)).on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            text,
            get json() {
              return JSON.parse(text);
            },
          });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path}`))).on('error', reject);
      request.end(body);
    });
  }

  ask(operation, input) {
    return this.send(requestOf(operation, input));
  }
}
