import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askBoth } from './fixtures/differential/ask-both.ts';
import { askDocument, nameOf, portOf, reportOf, ROOT, startOurs } from './fixtures/differential/ask-document.ts';
import { startCallbackReceiver } from './fixtures/differential/callback-receiver.ts';
import { startDisturbingProxy } from './fixtures/differential/disturbing-proxy.ts';
import { DOCUMENTS } from './fixtures/differential/documents.ts';
import { KNOWN_DIFFERENCES } from './fixtures/differential/known-differences.ts';
import { StartAhead } from './fixtures/differential/start-ahead.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';
import { WireConnection } from './fixtures/differential/wire-connection.ts';
import type { WireRequest } from './fixtures/differential/wire-request.ts';

const FIXTURES = path.join(ROOT, 'mocks/fixtures');
const TIMEOUT_MS = 180_000;

describe('the same requests get the same answers from Prism and from us', () => {
  const prisms = new StartAhead(DOCUMENTS, ROOT);
  const shown = new Set<string>();
  let asked = 0;

  afterAll(() => prisms.end());

  test.each(DOCUMENTS.map((each) => [nameOf(each), each] as const))(
    '%s',
    async (_, document) => {
      const { requests, known, report } = await askDocument(document, await prisms.take(document));
      asked += requests;
      for (const id of known) shown.add(id);
      expect(report).toBe('');
    },
    TIMEOUT_MS,
  );

  test('they are at least 5,000 on at least 12 documents', () => {
    expect(new Set(DOCUMENTS.map((each) => each.path)).size).toBeGreaterThanOrEqual(12);
    expect(asked).toBeGreaterThanOrEqual(5_000);
  });

  test('every difference that is listed still shows', () => {
    expect([...shown].toSorted()).toEqual(KNOWN_DIFFERENCES.map(({ id }) => id).toSorted());
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
      const differences = await askBoth({ prism: portOf(ours), ours: proxy.port }, requests);
      expect(differences.map(({ known }) => known)).toEqual([undefined]);
      expect(reportOf(differences, ours.url).split('\n')[1]?.trim()).toBe(place);
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
      const exchanges = [];
      for (const port of [prism.port, portOf(ours)]) {
        const connection = new WireConnection(port);
        exchanges.push(await Promise.all([connection.ask(order), receiver.next()]));
        connection.close();
      }
      const [theirs, our] = exchanges;
      expect(our).toEqual(theirs);
      expect(theirs?.[1]).toMatchObject({ method: 'POST', url: '/heard?a=b' });
    } finally {
      receiver.close();
      await Promise.all([prism.end(), ours.close()]);
    }
  });
});
