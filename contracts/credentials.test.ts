import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { CredentialConfig } from './config.ts';
import { openCredentials, type Credentials } from './credentials.ts';
import { TallyError, type TallyErrorData } from './error.ts';
import { defaultConfig } from './read-config.ts';
import { createRedactor } from './redact.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Opened extends Credentials {
  readonly told: readonly string[];
}

function open(
  credentials: Readonly<Record<string, CredentialConfig>>,
  env: Readonly<Record<string, string>> = {},
  root = '/nowhere',
): Opened {
  const told: string[] = [];
  const opened = openCredentials(
    { root, configSource: 'tally.yaml', config: { ...defaultConfig('test'), credentials } },
    { addSecret: (value) => told.push(value) },
    env,
  );
  return { ...opened, told };
}

async function errorOf(promise: Promise<unknown>): Promise<TallyErrorData> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof TallyError) return error.toJSON();
  throw new Error('it did not fail as it should', { cause: error });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tally-credentials-'));
  closing.push(() => rm(folder, { recursive: true }));
  return folder;
}

const bearer = (from: string, otherwise?: 'generate'): CredentialConfig => ({
  type: 'bearer',
  value: { from, ...(otherwise === undefined ? {} : { otherwise }) },
});

describe('a secret', () => {
  test('comes from the environment that was handed in, and the redactor knows it first', async () => {
    const credentials = open({ a: bearer('env:A') }, { A: 's3cret' });
    expect(await credentials.secret('a')).toBe('s3cret');
    expect(credentials.told).toEqual(['s3cret']);
  });

  test('comes from a file in the workspace, without the line end', async () => {
    const root = await temporaryFolder();
    await writeFile(path.join(root, 'key.txt'), 'two\nlines\n');
    expect(await open({ a: bearer('file:key.txt') }, {}, root).secret('a')).toBe('two\nlines');
  });

  test('comes from what a command prints', async () => {
    const command = `command:"${process.execPath}" -e "console.log(process.env.FROM + '-' + 42)"`;
    expect(await open({ a: bearer(command) }, { FROM: 'vault' }, process.cwd()).secret('a')).toBe('vault-42');
  });

  test('is asked for once, however many want it at the same time', async () => {
    const root = await temporaryFolder();
    const command = `command:"${process.execPath}" -e "fs.appendFileSync('count', 'x'); console.log(fs.readFileSync('count', 'utf8'))"`;
    const credentials = open({ a: bearer(command) }, {}, root);
    expect(await Promise.all([credentials.secret('a'), credentials.secret('a')])).toEqual(['x', 'x']);
    expect(await credentials.secret('a')).toBe('x');
  });

  test('is made up for the run where the configuration allows it', async () => {
    const credentials = open({
      a: bearer('env:A', 'generate'),
      hook: { type: 'webhook', value: { from: 'env:B', otherwise: 'generate' } },
    });
    const [a, hook] = [await credentials.secret('a'), await credentials.secret('hook')];
    expect(a).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(/^whsec_(.+)$/.exec(hook)?.[1] ?? '', 'base64')).toHaveLength(32);
    expect(await credentials.secret('a')).toBe(a);
    expect(credentials.told).toEqual([a, hook]);
    expect(await open({ a: bearer('env:A', 'generate') }).secret('a')).not.toBe(a);
  });

  test('is not made up where it is set', async () => {
    expect(await open({ a: bearer('env:A', 'generate') }, { A: 'given' }).secret('a')).toBe('given');
  });

  const notSet: readonly (readonly [from: string, why: string, fix: string])[] = [
    ['env:PARCELS_TOKEN', 'env:PARCELS_TOKEN is not set', 'set the environment variable PARCELS_TOKEN'],
    ['file:missing.txt', 'file:missing.txt is not set', 'write the secret into the file missing.txt'],
    [
      `command:"${process.execPath}" -e ""`,
      'its command printed nothing',
      'let the command of this credential print the secret',
    ],
  ];

  test.each(notSet)('that is not set is named with its reference and the fix: %s', async (from, why, fix) => {
    const root = await temporaryFolder();
    expect(await errorOf(open({ a: bearer(from) }, {}, root).secret('a'))).toEqual({
      code: 'CREDENTIAL_NOT_SET',
      where: 'the credential "a"',
      why,
      fix: `${fix}, or add "otherwise: generate" to its value in tally.yaml where any secret will do`,
      exitCode: 2,
    });
  });

  test('that the command line names is not looked for in a tally.yaml that is not there', async () => {
    const config = { ...defaultConfig('test'), credentials: { a: bearer('env:UNSET') } };
    const opened = openCredentials({ root: '/nowhere', config }, { addSecret: () => undefined }, {});
    expect(await errorOf(opened.secret('a'))).toMatchObject({ fix: 'set the environment variable UNSET' });
  });

  test('that is empty is not set', async () => {
    expect((await errorOf(open({ a: bearer('env:A') }, { A: '' }).secret('a'))).code).toBe('CREDENTIAL_NOT_SET');
  });

  test('of a command that fails is no error message', async () => {
    const command = `command:"${process.execPath}" -e "console.log('s3cret'); console.error('s3cret'); process.exit(3)"`;
    const error = await open({ a: bearer(command) }, {}, process.cwd())
      .secret('a')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CREDENTIAL_COMMAND_FAILED', why: 'its command ended with exit code 3' });
    expect(JSON.stringify(error) + String(error instanceof Error && error.cause)).not.toContain('s3cret');
  });

  test('in place of a reference is refused without being printed', async () => {
    const error = await errorOf(open({ a: bearer('s3cret') }).secret('a'));
    expect(error.code).toBe('CREDENTIAL_NOT_A_REFERENCE');
    expect(JSON.stringify(error)).not.toContain('s3cret');
  });

  test('of a name that is not there suggests the nearest', async () => {
    expect(await errorOf(open({ checkout: bearer('env:A') }).secret('chekout'))).toMatchObject({
      code: 'CREDENTIAL_UNKNOWN',
      fix: 'did you mean "checkout"?',
    });
  });
});

describe('a request is authorised', () => {
  test('by an API key, a bearer token or a user name and password', async () => {
    const credentials = open(
      {
        key: { type: 'apiKey', header: 'X-Api-Key', value: { from: 'env:A' } },
        token: bearer('env:A'),
        person: { type: 'basic', username: 'me', value: { from: 'env:A' } },
      },
      { A: 's3cret' },
    );
    expect(await credentials.authorize('key', '')).toEqual({ 'x-api-key': 's3cret' });
    expect(await credentials.authorize('token', '')).toEqual({ authorization: 'Bearer s3cret' });
    expect(await credentials.authorize('person', '')).toEqual({
      authorization: `Basic ${Buffer.from('me:s3cret').toString('base64')}`,
    });
  });

  test('never by a signing secret', async () => {
    const credentials = open({ hook: { type: 'webhook', value: { from: 'env:A' } } }, { A: 'whsec_x' });
    expect(await errorOf(credentials.authorize('hook', ''))).toMatchObject({ code: 'CREDENTIAL_SIGNS_ONLY' });
  });
});

describe('a process that we start', () => {
  test('gets each secret that is named by a variable, made-up ones too, and one for two names of a variable', async () => {
    const credentials = open(
      {
        a: bearer('env:A'),
        b: bearer('env:B', 'generate'),
        again: { type: 'webhook', value: { from: 'env:B', otherwise: 'generate' } },
        c: bearer('file:x'),
      },
      { A: 'given' },
    );
    const environment = await credentials.environment();
    expect(environment).toEqual({ A: 'given', B: await credentials.secret('b') });
    expect(await credentials.secret('again')).toBe(environment['B']);
  });
});

interface TokenServer {
  readonly url: string;
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[];
}

async function tokenServer(
  answer: (count: number) => { readonly status?: number; readonly body: string },
): Promise<TokenServer> {
  const requests: TokenServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const { status = 200, body } = answer(requests.length);
      response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

const oauth = (
  extra: Partial<Extract<CredentialConfig, { type: 'oauth2' }>> = {},
): Readonly<Record<string, CredentialConfig>> => ({
  checkout: {
    type: 'oauth2',
    tokenPath: '/oauth/token',
    clientId: 'check out',
    value: { from: 'env:A' },
    scopes: ['parcels:read', 'parcels:write'],
    ...extra,
  },
});

describe('an OAuth2 token', () => {
  test('is fetched by client credentials, told to the redactor, and kept', async () => {
    const server = await tokenServer((count) => ({
      body: JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600 }),
    }));
    const credentials = open(oauth(), { A: 's3cret/+' });
    expect(await credentials.authorize('checkout', `${server.url}/`)).toEqual({ authorization: 'Bearer token-1' });
    expect(await credentials.authorize('checkout', server.url)).toEqual({ authorization: 'Bearer token-1' });
    expect(credentials.told).toEqual(['s3cret/+', 'token-1']);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.body).toBe('grant_type=client_credentials&scope=parcels%3Aread+parcels%3Awrite');
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('check+out:s3cret%2F%2B').toString('base64')}`,
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
    });
  });

  test('is fetched once for all who ask at the same time', async () => {
    const server = await tokenServer((count) => ({ body: JSON.stringify({ access_token: `token-${count}` }) }));
    const credentials = open(oauth({ tokenUrl: `${server.url}/token` }), { A: 's3cret' });
    const all = await Promise.all(
      Array.from({ length: 20 }, () => credentials.authorize('checkout', 'http://ignored.example')),
    );
    expect(new Set(all.map((headers) => headers['authorization']))).toEqual(new Set(['Bearer token-1']));
    expect(server.requests).toHaveLength(1);
  });

  test('that has expired is fetched anew', async () => {
    const server = await tokenServer((count) => ({
      body: JSON.stringify({ access_token: `token-${count}`, expires_in: 0 }),
    }));
    const credentials = open(oauth(), { A: 's3cret' });
    expect(await credentials.authorize('checkout', server.url)).toEqual({ authorization: 'Bearer token-1' });
    const both = await Promise.all([
      credentials.authorize('checkout', server.url),
      credentials.authorize('checkout', server.url),
    ]);
    expect(both).toEqual([{ authorization: 'Bearer token-2' }, { authorization: 'Bearer token-2' }]);
  });

  test('of another host is another token', async () => {
    const servers = [
      await tokenServer(() => ({ body: '{"access_token":"one"}' })),
      await tokenServer(() => ({ body: '{"access_token":"two"}' })),
    ];
    const credentials = open(oauth(), { A: 's3cret' });
    const tokens = await Promise.all(servers.map((server) => credentials.authorize('checkout', server.url)));
    expect(tokens).toEqual([{ authorization: 'Bearer one' }, { authorization: 'Bearer two' }]);
  });

  const odd: readonly (readonly [status: number, body: string, code: string, why: string])[] = [
    [
      401,
      '{"error":"invalid_client","error_description":"s3cret is wrong"}',
      'TOKEN_REFUSED',
      'no token for the credential "checkout": status 401, invalid_client: the server does not know this clientId with this secret',
    ],
    [
      400,
      '{"error":"invalid_scope"}',
      'TOKEN_REFUSED',
      'no token for the credential "checkout": status 400, invalid_scope: the server does not give these scopes to this client',
    ],
    [404, 'not here: s3cret', 'TOKEN_REFUSED', 'no token for the credential "checkout": status 404'],
    [302, '', 'TOKEN_REFUSED', 'no token for the credential "checkout": status 302'],
    [500, '{"error":"s3cret"}', 'TOKEN_REFUSED', 'no token for the credential "checkout": status 500'],
    [
      200,
      '<html>s3cret</html>',
      'TOKEN_INVALID',
      'no token for the credential "checkout": the answer has no "access_token"',
    ],
    [
      200,
      '{"access_token":7}',
      'TOKEN_INVALID',
      'no token for the credential "checkout": the answer has no "access_token"',
    ],
    [
      200,
      '{"access_token":"a","token_type":"mac"}',
      'TOKEN_INVALID',
      'no token for the credential "checkout": the token is of type "mac", not Bearer',
    ],
  ];

  test.each(odd)('is not taken from status %d %s', async (status, body, code, why) => {
    const server = await tokenServer(() => ({ status, body }));
    const error = await errorOf(open(oauth(), { A: 's3cre7-canary' }).authorize('checkout', server.url));
    expect(error).toMatchObject({ code, where: `${server.url}/oauth/token`, exitCode: 2 });
    expect(error.why.replaceAll('s3cret', '')).toBe(why.replaceAll('s3cret', ''));
    expect(JSON.stringify(error)).not.toMatch(/is wrong|not here|html|s3cre7/);
  });

  test('of a server that is not there is exit code 4, and asked for again the next time', async () => {
    const gone = await tokenServer(() => ({ body: '' }));
    await closing.pop()?.();
    const credentials = open(oauth(), { A: 's3cret' });
    const error = await errorOf(credentials.authorize('checkout', gone.url));
    expect(error).toMatchObject({
      code: 'TOKEN_UNREACHABLE',
      where: `${gone.url}/oauth/token`,
      why: 'no token for the credential "checkout": ECONNREFUSED',
      exitCode: 4,
    });
    expect((await errorOf(credentials.authorize('checkout', gone.url))).code).toBe('TOKEN_UNREACHABLE');
  });

  test('appears in no text that the redactor has seen', async () => {
    const server = await tokenServer(() => ({ body: '{"access_token":"opaque-token-1"}' }));
    const redactor = createRedactor();
    const credentials = openCredentials(
      { root: '/', config: { ...defaultConfig('test'), credentials: oauth() } },
      redactor,
      { A: 's3cret-of-client' },
    );
    const headers = await credentials.authorize('checkout', server.url);
    expect(redactor.text(JSON.stringify([headers, server.requests]))).not.toMatch(
      /opaque-token-1|s3cret-of-client|czNjcmV0LW9mLWNsaWVud/,
    );
  });
});
