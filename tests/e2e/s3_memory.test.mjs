/* What the server holds in memory does not depend on how large an object is. tests/load/run memory does it with a gigabyte. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';

import { MIB } from './s3_clients.mjs';
import { freePort, World } from './support.mjs';

const SMALL = 1 * MIB;
const LARGE = 200 * MIB;
const MORE_AT_MOST = 16 * MIB;
const PIECE = Buffer.alloc(MIB, 'x');

/* The most that a process has had in memory since this was asked for the last time. */
async function peak(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
}

function exchange(url, options, send) {
  return new Promise((resolve, reject) => {
    const module = url.startsWith('https:') ? https : http;
    const request = module.request(url, options, (answer) => {
      let length = 0;
      answer.on('data', (piece) => { length += piece.length; });
      answer.on('end', () => resolve({ status: answer.statusCode, length }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    send(request);
  });
}

async function sendPieces(request, size, frame) {
  for (let sent = 0; sent < size; sent += PIECE.length) {
    const goesOn = frame(request);
    if (!goesOn) await new Promise((resolve) => { request.once('drain', resolve); });
  }
}

async function upload(url, ca, size, chunked) {
  const encoded = (size / MIB) * (`${MIB.toString(16)}\r\n`.length + MIB + 2) + 5;
  const headers = chunked
    ? { 'content-length': encoded, 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-decoded-content-length': size }
    : { 'content-length': size };
  const { status } = await exchange(url, { method: 'PUT', headers, ca }, async (request) => {
    await sendPieces(request, size, (to) => {
      if (!chunked) return to.write(PIECE);
      to.write(`${MIB.toString(16)}\r\n`);
      to.write(PIECE);
      return to.write('\r\n');
    });
    request.end(chunked ? '0\r\n\r\n' : undefined);
  });
  assert.equal(status, 200);
}

async function download(url, ca, size) {
  const { status, length } = await exchange(url, { ca }, (request) => request.end());
  assert.equal(status, 200);
  assert.equal(length, size);
}

test('a large object takes no more memory than a small one', async (t) => {
  const world = new World(t);
  const server = await world.server({ durable: true, httpsPort: await freePort() });
  const ca = await (await fetch(`${server.url}/_iotjobs/ca.pem`)).text();
  assert.equal((await fetch(`${server.url}/_s3/fws`, { method: 'PUT' })).status, 200);

  for (const [name, endpoint] of [['http', server.url], ['https', `https://127.0.0.1:${server.settings.httpsPort}`]]) {
    for (const chunked of [false, true]) {
      await t.test(`${name}${chunked ? ', in chunks' : ''}`, async () => {
        const url = `${endpoint}/_s3/fws/k`;
        await upload(url, ca, SMALL, chunked);
        await download(url, ca, SMALL);
        await peak(server.process.pid);
        await upload(url, ca, SMALL, chunked);
        await download(url, ca, SMALL);
        const small = await peak(server.process.pid);
        await upload(url, ca, LARGE, chunked);
        await download(url, ca, LARGE);
        const large = await peak(server.process.pid);
        assert.ok(large - small < MORE_AT_MOST, `${large} bytes, and ${small} with a small one`);
        t.diagnostic(`${name}: ${(small / MIB).toFixed(1)} MiB with a small object, ${(large / MIB).toFixed(1)} MiB with a large one`);
      });
    }
  }
});
