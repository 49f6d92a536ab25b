/* The S3 clients that our users have: the AWS CLI, the SDK for JavaScript, and curl's like. None of them is changed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';

import { S3Client } from '@aws-sdk/client-s3';

import { freePort, REGION, WAIT_MS } from './support.mjs';

export const KEY = 'AKIAINVENTED0000001';
export const SECRET = 'invented-secret-key-0001';
const credentials = { accessKeyId: KEY, secretAccessKey: SECRET };

export const MIB = 1024 * 1024;
export const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');

/* A server that asks for signatures, with both listeners, and the ways to it. */
export async function s3Server(world, settings = {}) {
  const folder = await world.temporaryFolder();
  const accessKeys = path.join(folder, 'access_keys');
  await writeFile(accessKeys, `${KEY} ${SECRET} operator\nAKIAREADER reader-secret read-only\n`, { mode: 0o600 });
  const server = await world.server({ httpsPort: await freePort(), accessKeys, durable: true, ...settings });
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();
  server.caFile = path.join(folder, 'ca.pem');
  await writeFile(server.caFile, ca);
  server.ca = ca;
  server.httpsUrl = `https://localhost:${server.settings.httpsPort}`;
  server.ways = [
    ['http, at the root', server.url],
    ['http, below /_s3', `${server.url}/_s3`],
    ['https, below /_s3', `${server.httpsUrl}/_s3`],
  ];
  return server;
}

/* Runs `aws ARGUMENTS` against one of the server's ways: { status, output, errors }. */
export function aws(server, endpoint, args, { cwd, env = {} } = {}) {
  const environment = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: KEY,
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_DEFAULT_REGION: REGION,
    AWS_CA_BUNDLE: server.caFile,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    ...env,
  };
  const options = { cwd, env: environment, timeout: 6 * WAIT_MS, maxBuffer: 64 * MIB };
  return new Promise((resolve) => {
    execFile('aws', ['--endpoint-url', endpoint, ...args], options, (error, output, errors) => {
      resolve({ status: error ? error.code : 0, output, errors });
    });
  });
}

/* The same, where nothing but success will do; returns what it said. */
export async function awsDoes(server, endpoint, args, options) {
  const { status, output, errors } = await aws(server, endpoint, args, options);
  assert.equal(status, 0, `aws ${args.join(' ')}: ${errors}${output}`);
  return output;
}

/* The SDK for JavaScript v3, verifying the server's certificate where there is one. */
export function s3Sdk(world, server, endpoint, options = {}) {
  const client = new S3Client({
    endpoint,
    region: REGION,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: { httpsAgent: new https.Agent({ ca: server.ca }) },
    ...options,
  });
  world.onClose(() => client.destroy());
  return client;
}

/* One request without an S3 client: { status, headers, body }. `body` may be a stream. */
export function plain(server, url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const module = url.startsWith('https:') ? https : http;
    const request = module.request(url, { method, headers, ca: server.ca, timeout: WAIT_MS }, (answer) => {
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}
