import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { askBoth } from './fixtures/differential/ask-both.ts';
import { describeDifference } from './fixtures/differential/compare-answers.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';
import { PROXY_DIFFERENCES } from './fixtures/proxy-differences.ts';
import { PROXY_OPTIONS } from './fixtures/proxy-options.ts';
import { PROXY_REQUESTS, type ProxyRequest } from './fixtures/proxy-requests.ts';
import { startUpstream } from './fixtures/proxy-upstream.ts';
import { startProxy } from './index.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const TIMEOUT_MS = 120_000;

const SETUPS = [
  { document: 'shop-3.0.yaml', flags: [], options: {} },
  { document: 'shop-3.0.yaml', flags: ['--errors'], options: { errors: true } },
  { document: 'shop-3.0.yaml', flags: ['--validate-request', 'false'], options: { validateRequest: false } },
  { document: 'pets-2.0.json', flags: ['--errors', '--cors', 'false'], options: { errors: true, cors: false } },
] as const;

const shown = new Set<string | undefined>();

describe('a proxy passes on the same answers as Prism', () => {
  test.each(SETUPS.map((setup) => [[setup.document, ...setup.flags].join(' '), setup] as const))(
    '%s',
    async (_, { document, flags, options }) => {
      const upstream = await startUpstream();
      const prism = await startPrism(path.join(FIXTURES, document), flags, FIXTURES, `${upstream.url}/v1/`);
      const { context } = await contextFor([document]);
      const ours = await startProxy(context, {
        ...PROXY_OPTIONS,
        ...options,
        upstream: new URL(`${upstream.url}/v1/`),
      });
      try {
        const ports = { prism: prism.port, ours: Number(new URL(ours.url).port) };
        const differences = await askBoth(ports, PROXY_REQUESTS);
        const found = differences.filter((each) => knownAs(each) === undefined);
        for (const each of differences) shown.add(knownAs(each));
        expect(found.map((each) => describeDifference(each, ours.url)).join('\n')).toBe('');
      } finally {
        await Promise.all([prism.end(), ours.close(), upstream.close()]);
      }
    },
    TIMEOUT_MS,
  );

  test('but for differences that are meant, of which each is seen', () => {
    expect(PROXY_DIFFERENCES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });
});

function knownAs({ request, prism, ours }: Awaited<ReturnType<typeof askBoth>>[number]): string | undefined {
  return PROXY_DIFFERENCES.find(({ matches }) => matches(request as ProxyRequest, prism, ours))?.id;
}
