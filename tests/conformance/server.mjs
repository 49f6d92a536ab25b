/* One iotjobsd of the release build, in memory, whose clock stands still unless a case moves it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(process.env.CONFORMANCE_BUILD ?? path.join(root, 'build/release'), 'bin/iotjobsd');
const START_MS = 20_000;

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/* { port, stop, lastWords } of a server whose time is `start`; lastWords is undefined as long as it runs. */
export async function startServer(start) {
  const port = await freePort();
  const ports = { http: port, mqtt: await freePort(), https: 0, mqtts: 0, websocket: 0 };
  const options = [
    ...Object.entries(ports).map(([kind, number]) => `--${kind}-port=${number}`),
    '--in-memory',
    '--virtual-clock',
    `--clock-start=${start}`,
  ];
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
  let output = '';
  const ended = once(child, 'close').catch((error) => {
    output += `${error.message}; is it built? ./check release`;
  });
  const ready = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (/^Ready\.$/m.test(output)) resolve(true);
      });
    }
  });
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const up = await Promise.race([ready, ended.then(() => false)]);
  clearTimeout(late);
  if (!up) throw new Error(`iotjobsd did not become ready:\n${output}`);
  return {
    port,
    get lastWords() {
      return child.exitCode === null && child.signalCode === null
        ? undefined
        : `${child.signalCode ?? child.exitCode}: ${output.slice(-4000)}`;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
