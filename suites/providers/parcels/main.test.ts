import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { SECRETS } from './provider-under-test.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  /** The first line that it prints, or undefined when it ends without one. */
  readonly line: Promise<string | undefined>;
  /** The exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  stderr(): string;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function run(env: Readonly<Record<string, string>>): Run {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.push(child);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const ended = once(child, 'close').then(([code]): number | null => code as number | null);
  const printed = once(child.stdout, 'data').then(([chunk]): string => String(chunk));
  return { child, line: Promise.race([printed, ended.then(() => undefined)]), ended, stderr: () => errors };
}

async function portOf({ line }: Run): Promise<number> {
  const { listening }: { listening: number } = JSON.parse((await line) ?? '{}');
  return listening;
}

describe('the provider as a process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'prints its port when it is ready, answers there, and ends at %s',
    async (signal) => {
      const provider = run({ ...SECRETS, PORT: '0' });
      const response = await fetch(`http://127.0.0.1:${await portOf(provider)}/health`);
      expect(await response.json()).toEqual({ status: 'ok' });
      provider.child.kill(signal);
      expect(await provider.ended).toBe(0);
    },
  );

  test('ends when its parent closes the pipe to it', async () => {
    const provider = run({ ...SECRETS, PORT: '0', TALLY_HARNESS: '1' });
    await portOf(provider);
    provider.child.stdin?.end();
    expect(await provider.ended).toBe(0);
  });

  test('ends although an endpoint keeps it waiting for the answer to a webhook', async () => {
    const silent = createServer(() => silent.emit('met')).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
    const provider = run({ ...SECRETS, PORT: '0', TALLY_HARNESS: '1' });
    const base = `http://127.0.0.1:${await portOf(provider)}/_tally`;
    const post = async (path: string, body: object) =>
      fetch(`${base}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const met = once(silent, 'met');
    await post('webhooks', { url });
    await post('advance', { parcelId: 'PCL-0000AAAA' });
    await met;
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toBe(0);
    silent.close();
  });

  test('says that the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = String(typeof address === 'object' && address ? address.port : 0);
    const provider = run({ ...SECRETS, PORT: port });
    expect(await provider.ended).toBe(2);
    expect(provider.stderr()).toBe(
      `PORT_IN_USE  the provider cannot start\n  why  something serves on port ${port} already\n  fix  stop it, or set PORT to another port or to 0\n`,
    );
    holder.close();
  });

  test.each([
    [{ PARCELS_CLIENT_SECRET: '' }, 'SECRET_MISSING', 'PARCELS_CLIENT_SECRET is not set'],
    [{ PARCELS_API_KEY: 'short' }, 'SECRET_WEAK', 'PARCELS_API_KEY is shorter than 8 characters'],
    [
      { PARCELS_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' },
      'SECRET_MALFORMED',
      'PARCELS_WEBHOOK_SECRET is no Standard Webhooks secret',
    ],
    [{ PORT: '70000' }, 'SETTING_INVALID', 'PORT is "70000"'],
    [{ PARCELS_DEFECT: 'drop-wait' }, 'DEFECT_UNKNOWN', 'PARCELS_DEFECT is "drop-wait", which is none of ours'],
  ])('does not start with %j', async (env, code, why) => {
    const provider = run({ ...SECRETS, PORT: '0', ...env });
    expect(await provider.ended).toBe(2);
    expect(provider.stderr()).toContain(`${code}  the provider cannot start\n  why  ${why}\n  fix  `);
  });
});
