import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../contracts/index.ts';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';
import { sendRequest } from './send-request.ts';
import { startTarget } from './target.ts';

let shop: ShopWorkspace | undefined;
afterEach(async () => await shop?.close());

const start = (command: string, timeoutMs = 8000) => ({ start: { command, readyPath: '/health', timeoutMs, env: {} } });

async function isListening(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function failure(): Promise<unknown> {
  if (!shop) throw new Error('open the workspace first');
  return await startTarget(shop.context, 'shop').then(
    () => 'it started',
    (error: unknown) => error,
  );
}

describe('a provider with a start command', () => {
  test('is started with the credentials of the run, is ready, and is gone after close', async () => {
    shop = await shopWorkspace();
    const target = await startTarget(shop.context, 'shop');
    expect(target.startedByUs).toBe(true);
    expect(target.baseUrl('1.0.0')).toBe(`${target.url}/v1`);
    const headers = await shop.context.credentials.authorize('key', target.url);
    const { answer } = await sendRequest(
      shop.context,
      { method: 'GET', url: `${target.url}/v1/items`, headers },
      target,
    );
    expect(answer?.status).toBe(200);
    await target.close();
    expect(await isListening(target.url)).toBe(false);
    await target.close();
  });

  test('has what it prints logged without the secrets in it', async () => {
    shop = await shopWorkspace();
    const target = await startTarget(shop.context, 'shop');
    await target.close();
    const secret = await shop.context.credentials.secret('key');
    expect(shop.logged.join('\n')).toMatch(/the key is \[REDACTED:[0-9a-f]{8}\]/);
    expect(shop.logged.join('\n')).not.toContain(secret);
  });

  test('that is not found is an error that says so', async () => {
    shop = await shopWorkspace(start('no-such-command-here --serve'));
    expect(await failure()).toMatchObject({
      code: 'PROVIDER_NOT_STARTED',
      where: 'providers.shop.start.command: no-such-command-here --serve',
      why: expect.stringMatching(
        /^its command was not found \(exit code 127\); it said last:\n {4}.*no-such-command-here/,
      ),
      exitCode: EXIT.unreached,
    });
  });

  test('that ends at once is an error with its exit code and its last lines', async () => {
    shop = await shopWorkspace({}, 'no-database');
    expect(await failure()).toMatchObject({
      code: 'PROVIDER_NOT_STARTED',
      why: expect.stringMatching(
        /^it exits with code 3; it said last:\n {4}the key is \[REDACTED:\w+\]\n {4}cannot reach the database$/,
      ),
      exitCode: EXIT.unreached,
    });
  });

  test('that is never ready is an error after its timeout, and is not left behind', async () => {
    shop = await shopWorkspace({}, 'never-ready');
    shop = Object.assign(shop, {});
    const { start: config } = shop.context.workspace.config.providers['shop'] ?? {};
    if (!config) throw new Error('the fixture starts its shop');
    const providers = {
      shop: { ...shop.context.workspace.config.providers['shop'], start: { ...config, timeoutMs: 1500 } },
    };
    Object.assign(shop.context.workspace.config.providers, providers);
    expect(await failure()).toMatchObject({
      code: 'PROVIDER_NOT_STARTED',
      why: expect.stringContaining('/health is not ready within 1500 ms (it answers 503)'),
      exitCode: EXIT.unreached,
    });
  });

  test('that dies half-way is said by the next check, quickly', async () => {
    shop = await shopWorkspace({}, 'die');
    const target = await startTarget(shop.context, 'shop');
    const headers = await shop.context.credentials.authorize('key', target.url);
    const request = sendRequest(shop.context, { method: 'GET', url: `${target.url}/v1/items/i-1`, headers }, target);
    await expect(request).rejects.toMatchObject({
      code: 'PROVIDER_DIED',
      why: expect.stringContaining('it ended while it was being tested: it exits with code 7'),
      exitCode: EXIT.unreached,
    });
    expect(() => target.assertAlive()).toThrow(expect.objectContaining({ code: 'PROVIDER_DIED' }));
    await target.close();
  });

  test('is stopped with all that it started when the run is interrupted', async () => {
    // The shell stays between the guard and the server, as it does in many npm scripts.
    shop = await shopWorkspace(start('node shop.mjs & wait'));
    const target = await startTarget(shop.context, 'shop');
    shop.interrupt();
    await target.close();
    expect(await isListening(target.url)).toBe(false);
  });
});

describe('a provider with a URL', () => {
  test('is taken as it is', async () => {
    shop = await shopWorkspace();
    const url = await shop.serve('good');
    const { start: _start, ...provider } = shop.context.workspace.config.providers['shop'] ?? {
      versions: {},
      files: [],
    };
    Object.assign(shop.context.workspace.config.providers, { shop: { ...provider, url: `${url}/` } });
    const target = await startTarget(shop.context, 'shop');
    expect({ url: target.url, startedByUs: target.startedByUs }).toEqual({ url, startedByUs: false });
    await target.close();
    expect(await isListening(url)).toBe(true);
  });

  test('that serves another version is an error that lists what it serves', async () => {
    shop = await shopWorkspace({ url: 'http://127.0.0.1:1' });
    const target = await startTarget(shop.context, 'shop');
    expect(() => target.baseUrl('2.0.0')).toThrow(
      expect.objectContaining({ code: 'VERSION_NOT_SERVED', why: 'the provider serves 1.0.0, not 2.0.0' }),
    );
  });
});

test('a provider that nothing is known of is an error', async () => {
  shop = await shopWorkspace();
  await expect(startTarget(shop.context, 'books')).rejects.toMatchObject({ code: 'PROVIDER_NOT_CONFIGURED' });
});

test('a provider does not outlive us, even when we are killed', async () => {
  shop = await shopWorkspace();
  const script = fileURLToPath(new URL('fixtures/start-and-crash.ts', import.meta.url));
  const crashing = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, shop.root], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [url]: string[] = await once(crashing.stdout.setEncoding('utf8'), 'data');
  await once(crashing, 'exit');
  expect(crashing.signalCode).toBe('SIGKILL');
  // The guard needs a moment to see that its input has ended; a connection held until then ends with the server.
  const socket = connect(Number(new URL(url?.trim() ?? '').port), '127.0.0.1').resume();
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await isListening(url?.trim() ?? '')).toBe(false);
});
