import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  essenceOf,
  createRedactor,
  exampleRequest,
  findContract,
  openWorkspace,
  schemaValidator,
  type Contract,
  type Json,
  type Operation,
} from '../../../contracts/index.ts';
import { checks } from '../../checks/index.ts';
import { verifyFile } from '../../verify-file.ts';
import { DRAFT, withProvider, type Asked, type Subject, type Told } from './provider-under-test.ts';

// The provider was written without a look at its contract; here every answer that the contract documents is brought
// about, and held against it.
const root = fileURLToPath(new URL('../../../', import.meta.url));
const workspace = await openWorkspace([], root);
const contracts = [
  findContract(workspace, 'openapi', 'parcels', '1.4.0'),
  findContract(workspace, 'openapi', 'parcels', '2.0.0'),
];
const documented = contracts.flatMap((contract) =>
  contract.operations.flatMap((operation) =>
    operation.responses.map(({ status }) => ({
      name: `${contract.version} ${operation.id} ${status}`,
      contract,
      operation,
      status,
    })),
  ),
);

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
}

/** The contract's own example, as this provider is asked it. */
function exampleOf(contract: Contract, operation: Operation): Request {
  const example = exampleRequest(contract, operation);
  if ('missing' in example) throw new Error(`${operation.id} has no example of ${example.missing.join(', ')}`);
  const { method, target, headers, body } = example;
  return {
    method,
    path: `${contract.version === '1.4.0' ? '/v1' : '/v2'}${target}`,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}

/** What has to be different for the answer to have this status. */
const VARIANTS: Readonly<
  Record<string, (request: Request, operation: Operation, subject: Subject) => Request | Promise<Request>>
> = {
  '304': (request) => withHeaders(request, { 'if-none-match': '"r1"' }),
  '400': (request, operation) => malformed(request, operation),
  '401': (request) => withHeaders(request, { authorization: null }),
  '403': async (request, operation, { token }) => {
    const other = operation.security.some(({ oauth }) => oauth?.includes('parcels:write'))
      ? 'parcels:read'
      : 'parcels:write';
    return withHeaders(request, { authorization: `Bearer ${await token(other)}` });
  },
  '404': (request) => ofParcel(request, 'PCL-0000ZZZZ'),
  '409': (request) => ofParcel(request, 'PCL-0000BBBB'),
  '412': (request) => withHeaders(request, { 'if-match': '"r0"' }),
  '413': (request) => ({ ...request, body: JSON.stringify('x'.repeat(70_000)) }),
  '415': (request) => withHeaders(request, { 'content-type': 'text/plain' }),
  '422': (request) => ({ ...request, body: '{}' }),
  '428': (request) => withHeaders(request, { 'if-match': null }),
  '429': async (request, _operation, { ask }) => {
    await ask('GET', '/v2/parcels');
    return request;
  },
  '503': async (request, _operation, { ask }) => {
    await ask('POST', '/_tally/states', { body: { state: 'the service is out of order', action: 'setup' } });
    return request;
  },
};

function malformed(request: Request, operation: Operation): Request {
  if (operation.path.includes('{')) return ofParcel(request, '42');
  return operation.requestBody
    ? { ...request, body: '{' }
    : { ...request, path: request.path.replace('limit=20', 'limit=0') };
}

function ofParcel(request: Request, id: string): Request {
  return { ...request, path: request.path.replace(/PCL-\w+/, id) };
}

function withHeaders(request: Request, headers: Request['headers']): Request {
  const kept = Object.entries(request.headers).filter(([name]) => !(name.toLowerCase() in headers));
  return { ...request, headers: { ...Object.fromEntries(kept), ...headers } };
}

/** A parcel with one key twice at once is answered once in full and once with 409. */
async function ask(subject: Subject, { method, path, headers, body }: Request, status: string): Promise<Told> {
  const asked: Asked = { headers, ...(body === undefined ? {} : { body }) };
  if (status !== '409' || method !== 'POST') return subject.ask(method, path, asked);
  const both = await Promise.all([subject.ask(method, path, asked), subject.ask(method, path, asked)]);
  return both.find((told) => told.status === 409) ?? both[0];
}

function findings(contract: Contract, operation: Operation, told: Told) {
  const response = operation.responses.find(({ status }) => status === String(told.status));
  const mediaType = response?.content.find((each) => each.mediaType === essenceOf(told.headers['content-type']));
  const answer = {
    status: told.status,
    headers: told.headers,
    bytes: Buffer.from(told.text),
    truncated: false,
  };
  const exchange = { request: { method: '', url: '', headers: {} }, startedAt: '', durationMs: 0 };
  const observation = {
    root,
    contract,
    operation,
    exchange,
    answer,
    ...(response ? { response } : {}),
    ...(mediaType ? { mediaType } : {}),
  };
  return checks.filter((check) => check.appliesTo(observation)).flatMap((check) => check.run(observation));
}

describe('each answer that the contract documents occurs and keeps to it', () => {
  test.each(documented)('$name', async ({ contract, operation, status }) => {
    const env = {
      PARCELS_CREATE_DELAY_MS: status === '409' ? '100' : '0',
      PARCELS_RATE_LIMIT: status === '429' ? '1' : '5000',
    };
    await withProvider(env, async (subject) => {
      const request = await (VARIANTS[status]?.(exampleOf(contract, operation), operation, subject) ??
        exampleOf(contract, operation));
      const told = await ask(subject, request, status);
      expect([String(told.status), told.text]).toEqual([status, told.text]);
      expect(findings(contract, operation, told)).toEqual([]);
    });
  });
});

const events = findContract(workspace, 'asyncapi', 'parcels', '2.0.0');
const manifest = findContract(workspace, 'file', 'manifest', '1.0.0');

describe('events', () => {
  test.each(events.messages)('$id is sent as its contract says', async ({ id, pointer, examples }) => {
    await withProvider({}, async (subject) => {
      const { body } = await subject.ask('POST', '/_tally/messages', { body: { description: id } });
      expect(schemaValidator(events, pointer, 'response')(body as Json)).toEqual([]);
      expect(Object.keys(body as object)).toEqual(Object.keys(examples[0]?.payload as object));
    });
  });
});

describe('the manifest', () => {
  test('keeps to its contract, whatever references partners think of', async () => {
    await withProvider({}, async ({ ask }) => {
      const references = ['plain', 'a,b', '"', 'two\nlines', 'TRAILER,1', 'größe', '汉字', ' '];
      for (const [index, reference] of references.entries()) {
        await ask('POST', '/v2/parcels', {
          headers: { 'idempotency-key': `key-0000000${index}` },
          body: { ...DRAFT, reference },
        });
      }
      const { text, headers } = await ask('POST', '/_tally/files/manifest');
      const name = /filename="(.+)"/.exec(headers['content-disposition'] ?? '')?.[1] ?? '';
      const [file] = manifest.files;
      if (!file) throw new Error('the contract describes no file');
      const received = { contract: manifest, file, name, bytes: Buffer.from(text) };
      const verdict = await verifyFile({ workspace, redactor: createRedactor() }, received);
      expect(verdict.findings).toEqual([]);
    });
  });
});
