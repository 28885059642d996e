import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { askBoth } from './fixtures/differential/ask-both.ts';
import { startCallbackReceiver } from './fixtures/differential/callback-receiver.ts';
import { describeDifference, type Difference } from './fixtures/differential/compare-answers.ts';
import { startDisturbingProxy } from './fixtures/differential/disturbing-proxy.ts';
import { DOCUMENTS, type DifferentialDocument } from './fixtures/differential/documents.ts';
import { edgeRequests } from './fixtures/differential/edge-requests.ts';
import { generateRequests } from './fixtures/differential/generate-requests.ts';
import { KNOWN_DIFFERENCES } from './fixtures/differential/known-differences.ts';
import { readOperations } from './fixtures/differential/read-operations.ts';
import { StartAhead } from './fixtures/differential/start-ahead.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';
import { WireConnection } from './fixtures/differential/wire-connection.ts';
import type { WireRequest } from './fixtures/differential/wire-request.ts';
import { MOCK_DEFAULTS, startMocks, type MockOptions, type MockServer } from './index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const SEED = Number(process.env['FC_SEED'] ?? 20261122);
const TIMEOUT_MS = 180_000;

describe('the same requests get the same answers from Prism and from us', () => {
  const prisms = new StartAhead(DOCUMENTS, ROOT);
  const seen = new Set<string>();
  let asked = 0;

  afterAll(() => prisms.end());

  test.each(DOCUMENTS.map((each) => [nameOf(each), each] as const))(
    '%s',
    async (_, document) => {
      const prism = await prisms.take(document);
      const ours = await startOurs(path.join(ROOT, document.path), document.options);
      try {
        const requests = await requestsFor(document);
        const ports = { prism: prism.port, ours: portOf(ours) };
        const differences = await askBoth(ports, requests, document.options?.dynamic);
        asked += requests.length;
        for (const { known } of differences) if (known !== undefined) seen.add(known.id);
        expect(report(differences, ours.url)).toBe('');
      } finally {
        await Promise.all([prism.end(), ours.close()]);
      }
    },
    TIMEOUT_MS,
  );

  test('they are at least 5,000 on at least 12 documents', () => {
    expect(new Set(DOCUMENTS.map((each) => each.path)).size).toBeGreaterThanOrEqual(12);
    expect(asked).toBeGreaterThanOrEqual(5_000);
  });

  test('every difference that is listed still shows', () => {
    expect([...seen].toSorted()).toEqual(KNOWN_DIFFERENCES.map(({ id }) => id).toSorted());
  });
});

describe('a planted difference is caught', () => {
  const requests: readonly WireRequest[] = [{ method: 'GET', target: '/pets?size=s', headers: [] }];

  test.each([
    ['one byte of a body', (chunk: string) => chunk.replace('Rex', 'Rey'), 'body'],
    [
      'the order of two headers',
      (chunk: string) => chunk.replace(/\r\n(Access.*)\r\n(Access.*)\r\n/, '\r\n$2\r\n$1\r\n'),
      'header 1',
    ],
    ['the case of a header', (chunk: string) => chunk.replace('Content-Length', 'content-length'), 'header 7'],
    ['a status', (chunk: string) => chunk.replace('200 OK', '201 Created'), 'status'],
  ])('%s', async (_, disturb, place) => {
    const ours = await startOurs(path.join(FIXTURES, 'pets-2.0.json'));
    const proxy = await startDisturbingProxy(portOf(ours), disturb);
    try {
      const [difference, ...more] = await askBoth({ prism: portOf(ours), ours: proxy.port }, requests);
      expect(more).toEqual([]);
      expect(difference?.known).toBeUndefined();
      expect(
        report(difference === undefined ? [] : [difference], ours.url)
          .split('\n')[1]
          ?.trim(),
      ).toBe(place);
    } finally {
      proxy.close();
      await ours.close();
    }
  });
});

describe('callbacks', () => {
  test('bring the same as those of Prism', async () => {
    const document = path.join(FIXTURES, 'callbacks-3.0.yaml');
    const receiver = await startCallbackReceiver();
    const prism = await startPrism(document, [], ROOT);
    const ours = await startOurs(document);
    try {
      const headers = [['Content-Type', 'application/json']] as const;
      const body = JSON.stringify({ callbackUrl: receiver.url });
      const order: WireRequest = { method: 'POST', target: '/orders', headers, body };
      const answersAndCallbacks = [];
      for (const port of [prism.port, portOf(ours)]) {
        const connection = new WireConnection(port);
        answersAndCallbacks.push(await Promise.all([connection.ask(order), receiver.next()]));
        connection.close();
      }
      const [theirs, our] = answersAndCallbacks;
      expect(our).toEqual(theirs);
      expect(theirs?.[1]).toMatchObject({ method: 'POST', url: '/heard?a=b' });
    } finally {
      receiver.close();
      await Promise.all([prism.end(), ours.close()]);
    }
  });
});

function nameOf({ path: document, flags = [] }: DifferentialDocument): string {
  return [document.replace('node_modules/', ''), ...flags].join(' ');
}

async function startOurs(document: string, options: Partial<MockOptions> = {}): Promise<MockServer> {
  const { context } = await contextFor([document]);
  return await startMocks(context, { ...MOCK_DEFAULTS, ...options, port: 0 });
}

function portOf(server: MockServer): number {
  return Number(new URL(server.url).port);
}

async function requestsFor(document: DifferentialDocument): Promise<readonly WireRequest[]> {
  const operations = await readOperations(path.join(ROOT, document.path));
  const generated = generateRequests(operations, document.generated, seedOf(nameOf(document)));
  return [...edgeRequests(document.path), ...generated];
}

/** So that a document's requests stay the same when others come and go. */
function seedOf(name: string): number {
  return [...name].reduce((seed, one) => Math.imul(seed, 31) + one.charCodeAt(0), SEED);
}

const REPORTED = 20;

/** Empty when every difference is a known one. */
function report(differences: readonly Difference[], origin: string): string {
  const unknown = differences.filter(({ known }) => known === undefined);
  const lines = unknown.slice(0, REPORTED).map((each) => describeDifference(each, origin));
  const more = unknown.length - REPORTED;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
