import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Pact from '@pact-foundation/pact';

/** The environment variable by which the runner says where a run's interactions are written. */
export const PACT_DIRECTORY = 'TALLY_PACT_DIRECTORY';
/** Says, in an interaction's folder, who declared it: written before the test runs, so that a lost one is noticed. */
export const DECLARATION = 'declared.json';

/** Pact's V4 builder, and its matchers, so that a consumer's tests need no Pact dependency of their own. */
export interface ConsumerPact {
  /** An HTTP interaction: `given`, `uponReceiving`, `withRequest`, `willRespondWith`, `executeTest`. */
  addInteraction(): ReturnType<Pact.PactV4['addInteraction']>;
  /** A message that the consumer receives: `given`, `expectsToReceive`, `executeTest`. */
  addAsynchronousInteraction(): ReturnType<Pact.PactV4['addAsynchronousInteraction']>;
  readonly matchers: typeof Pact.MatchersV3;
}

/**
 * The pact between one consumer and one provider, for `*.pact.test.ts` files under `suites/consumers/<consumer>/`.
 *
 * ```ts
 * const pact = pactWith({ consumer: 'checkout', provider: 'parcels' });
 *
 * test('tracks a parcel', () =>
 *   pact
 *     .addInteraction()
 *     .given('a parcel exists', { parcelId: 'PCL-0000AAAA' })
 *     .uponReceiving('a request for a parcel')
 *     .withRequest('GET', '/parcels/PCL-0000AAAA')
 *     .willRespondWith(200, (answer) => answer.jsonBody({ id: pact.matchers.string('PCL-0000AAAA') }))
 *     .executeTest(async (server) => { … call the client with server.url … }));
 * ```
 *
 * Every interaction is written to a folder of its own, because parallel writers to one pact file lose interactions
 * while every test is green; `tally verify` merges the folders and asserts that none is missing. Started by another
 * runner, the interactions go to a temporary folder and nothing is merged.
 */
export function pactWith(parties: { readonly consumer: string; readonly provider: string }): ConsumerPact {
  const pact = loadPact();
  return {
    addInteraction: () => declare(parties, (options) => new pact.PactV4(options).addInteraction()),
    addAsynchronousInteraction: () =>
      declare(parties, (options) => new pact.PactV4(options).addAsynchronousInteraction()),
    matchers: pact.MatchersV3,
  };
}

/** Loaded on first use: whoever imports this room without testing a consumer does not pay for Pact's native library. */
function loadPact(): typeof Pact {
  return createRequire(import.meta.url)('@pact-foundation/pact');
}

type Framework = Pick<typeof globalThis, 'process'> & {
  readonly expect?: { getState?(): { readonly testPath?: string; readonly currentTestName?: string } };
};
type Options = ConstructorParameters<typeof Pact.PactV4>[0];

function declare<Interaction extends object>(
  parties: { readonly consumer: string; readonly provider: string },
  start: (options: Options) => Interaction,
): Interaction {
  const base = process.env[PACT_DIRECTORY] ?? join(tmpdir(), 'tally-pacts');
  mkdirSync(base, { recursive: true });
  const directory = mkdtempSync(join(base, 'interaction-'));
  writeFileSync(join(directory, DECLARATION), JSON.stringify({ ...parties, ...currentTest() }));
  const dir = join(directory, 'pact');
  return watch(start({ ...parties, dir, logLevel: 'error' }), dir);
}

/** The running test and the line that declares, where the test framework has a global `expect` that tells (jest, vitest). */
function currentTest(): Readonly<Record<string, string | number>> {
  const framework: Framework = globalThis;
  const { testPath, currentTestName } = framework.expect?.getState?.() ?? {};
  if (testPath === undefined) return {};
  const frame = new Error('for its stack').stack?.split(`${testPath}:`)[1]?.match(/^(\d+):(\d+)/);
  const [, line = 1, column = 1] = frame ?? [];
  return { testPath, testName: currentTestName ?? '', line: Number(line), column: Number(column) };
}

/** The builder, and every builder that it leads to, with an `executeTest` that says why a test failed. */
function watch<Builder extends object>(builder: Builder, dir: string): Builder {
  return new Proxy(builder, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const run = (theirs: unknown[]): unknown => Reflect.apply(member, target, theirs);
        if (key === 'executeTest') return executeWithReason(run, args[0], dir);
        const next = run(args);
        return typeof next === 'object' && next !== null ? watch(next, dir) : next;
      };
    },
  });
}

/**
 * Pact keeps its own account of what did not match to its log when the test throws as well, which it nearly always
 * does: the client throws on the mock's 500. So the test's error is held back until Pact has given its reasons.
 */
async function executeWithReason(run: (args: unknown[]) => unknown, test: unknown, dir: string): Promise<unknown> {
  if (typeof test !== 'function') throw new TypeError('executeTest takes a function');
  let thrown: { readonly error: unknown } | undefined;
  const held = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await Reflect.apply(test, undefined, args);
    } catch (error) {
      thrown = { error };
      return undefined;
    }
  };
  const value = await run([held]);
  if (thrown === undefined) return value;
  // Pact took the test for a success and wrote its interaction.
  rmSync(dir, { recursive: true, force: true });
  throw thrown.error;
}
