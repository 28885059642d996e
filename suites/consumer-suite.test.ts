import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isObject, type Json } from '../contracts/index.ts';
import { runConsumerSuite } from './consumer-suite.ts';
import { consumerWorkspace, type ConsumerWorkspace } from './fixtures/consumer-workspace.ts';

const open: ConsumerWorkspace[] = [];
async function workspace(name: string): Promise<ConsumerWorkspace> {
  const opened = await consumerWorkspace(name);
  open.push(opened);
  return opened;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.remove();
});

const consumerTest = { id: 'consumer-test', suite: 'consumer' };
const merged = { id: 'pacts-merged', suite: 'consumer' };
const passed = { status: 'passed', findings: [] };
const FILE = 'suites/consumers/shop/stock.pact.test.ts';
const counts = (declared: number, accounted: number, interactions: number) => [
  { name: 'declared', value: declared, unit: 'count' },
  { name: 'merged', value: accounted, unit: 'count', threshold: `merged == ${declared}` },
  { name: 'interactions', value: interactions, unit: 'count' },
];

describe('consumer tests that pass', () => {
  test('lose no interaction, however many files write at once', async () => {
    const { root, context, emitted } = await workspace('parallel');
    const results = await runConsumerSuite(context, { workers: 4 });
    expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 20 }, () => 'passed'), 'warned']);
    expect(emitted().at(-1)).toEqual({
      ...merged,
      subject: 'shop-stock',
      status: 'warned',
      measures: counts(20, 20, 20),
      findings: [
        {
          code: 'pact-outdated',
          severity: 'warning',
          message: 'the pact that the consumer tests wrote is not committed',
          fix: 'run `tally verify --update-pacts` and commit the pact, so that the provider is held to it',
          where: { source: 'contracts/pacts/shop-stock.json', pointer: '', line: 1, column: 1 },
        },
      ],
    });
    const pact = await pactAt(join(root, 'reports/out/pacts/shop-stock.json'));
    const descriptions = ['a', 'b', 'c', 'd'].flatMap((file) =>
      [1, 2, 3, 4, 5].map((item) => `a request of ${file} for item ${item}`),
    );
    expect(pact.descriptions).toEqual(descriptions);
    expect(await readdir(root)).toEqual(['reports', 'suites']);
  });

  test('write the same pact each time, and into the contracts when asked to', async () => {
    const { root, context, emitted } = await workspace('parallel');
    const outDir = join(root, 'elsewhere');
    await runConsumerSuite(context, { workers: 1, updatePacts: true, outDir });
    expect(emitted().at(-1)).toEqual({ ...merged, ...passed, subject: 'shop-stock', measures: counts(20, 20, 20) });
    const committed = await readFile(join(root, 'contracts/pacts/shop-stock.json'), 'utf8');
    expect(await readFile(join(outDir, 'shop-stock.json'), 'utf8')).toBe(committed);
    await runConsumerSuite(context, { workers: 4 });
    expect(emitted().at(-1)).toEqual({ ...merged, ...passed, subject: 'shop-stock', measures: counts(20, 20, 20) });
    expect(await readFile(join(root, 'reports/out/pacts/shop-stock.json'), 'utf8')).toBe(committed);
    expect(JSON.parse(committed).metadata).toEqual({ pactSpecification: { version: '4.0' } });
  });

  test('but contradict each other or forget to ask are a broken pact', async () => {
    const { root, context, emitted } = await workspace('quarrel');
    await runConsumerSuite(context);
    const source = 'suites/consumers/shop/one.pact.test.ts';
    const where = (line: number, column: number) => ({ source, pointer: '', line, column });
    expect(emitted().at(-1)).toMatchObject({
      ...merged,
      subject: 'shop-stock',
      status: 'failed',
      measures: counts(4, 2, 1),
      findings: [
        {
          code: 'pact-interaction-contradiction',
          severity: 'error',
          message:
            `the tests "a: says three" (${source}) and "c: says four" describe ` +
            '"a request for an item" in the same provider states differently',
          fix: 'give one of them another description or another provider state',
          expected: { response: { body: { content: { pieces: 3 } } } },
          actual: { response: { body: { content: { pieces: 4 } } } },
          where: where(7, 6),
        },
        {
          code: 'pact-interaction-lost',
          severity: 'error',
          message: 'the test "d: forgets to ask" declares an interaction that was never written',
          fix: 'call its executeTest once and await it; declare one interaction for each call',
          where: where(23, 8),
        },
      ],
    });
    await expect(stat(join(root, 'reports/out/pacts'))).rejects.toThrow('ENOENT');
  });

  test('but declare nothing are an error, because nothing was agreed', async () => {
    const { context, emitted } = await workspace('pactless');
    await runConsumerSuite(context);
    expect(emitted()).toEqual([
      { ...consumerTest, ...passed, subject: 'shop · declares nothing' },
      {
        ...merged,
        subject: 'suites/consumers',
        status: 'errored',
        findings: [],
        reason: 'the tests under suites/consumers: they passed, and not one of them declared an interaction',
        error: {
          code: 'PACTS_NONE',
          where: 'the tests under suites/consumers',
          why: 'they passed, and not one of them declared an interaction',
          fix: "declare interactions with `pactWith` from 'tallystick/suites'",
          exitCode: 3,
        },
      },
    ]);
  });
});

describe('consumer tests that do not pass', () => {
  test('are findings with their lines, and no pact is left to be verified', async () => {
    const { root, context, emitted } = await workspace('failing');
    await mkdir(join(root, 'reports/out/pacts'), { recursive: true });
    await writeFile(join(root, 'reports/out/pacts/shop-stock.json'), '{}');
    await runConsumerSuite(context);
    const finding = {
      code: 'consumer-test-failed',
      severity: 'error',
      fix: 'make the client send and read what the pact says, or correct the pact in the test',
    };
    expect(emitted()).toEqual([
      { ...consumerTest, ...passed, subject: 'shop · reads what the pact says' },
      {
        ...consumerTest,
        subject: 'shop · expects what the pact does not say',
        status: 'failed',
        findings: [
          {
            ...finding,
            message: expect.stringContaining('-   "pieces": 4,\n+   "pieces": 3,'),
            expected: { pieces: 4 },
            actual: { pieces: 3 },
            where: { source: FILE, pointer: '', line: 21, column: 33 },
          },
        ],
      },
      {
        ...consumerTest,
        subject: 'shop · asks for what the pact does not know',
        status: 'failed',
        findings: [
          {
            ...finding,
            message: expect.stringMatching(/request was not expected:\s+Method: GET\s+Path: \/items\/2/),
            where: { source: FILE, pointer: '', line: 24, column: 1 },
          },
        ],
      },
      { ...consumerTest, subject: 'shop · is left out', status: 'skipped', findings: [], reason: `skipped in ${FILE}` },
      {
        ...merged,
        subject: 'suites/consumers',
        status: 'inconclusive',
        findings: [],
        reason: '2 of 4 consumer tests did not pass, so their interactions are missing',
      },
    ]);
    await expect(stat(join(root, 'reports/out/pacts'))).rejects.toThrow('ENOENT');
  });

  test('because they do not load are errors, never passes', async () => {
    const { context, emitted } = await workspace('unloadable');
    await runConsumerSuite(context);
    const errored = (file: string, why: string) => ({
      ...consumerTest,
      subject: `shop · ${file}`,
      status: 'errored',
      findings: [],
      reason: `suites/consumers/shop/${file}: ${why}`,
      error: {
        code: 'TEST_FILE_UNLOADABLE',
        where: `suites/consumers/shop/${file}`,
        why,
        fix: 'make the file load and hold at least one test',
        exitCode: 3,
      },
    });
    expect(emitted().slice(0, 2)).toEqual([
      errored('broken.pact.test.ts', 'the settings are missing'),
      errored('empty.pact.test.ts', 'Your test suite must contain at least one test.'),
    ]);
  });

  test('because all of them are skipped are an error', async () => {
    const { context, emitted } = await workspace('idle');
    await runConsumerSuite(context);
    expect(emitted()[0]).toEqual({
      ...consumerTest,
      subject: 'suites/consumers',
      status: 'errored',
      findings: [],
      reason: 'suites/consumers/shop/all.pact.test.mjs: not one test ran: all of them are skipped',
      error: {
        code: 'TESTS_NONE',
        where: 'suites/consumers/shop/all.pact.test.mjs',
        why: 'not one test ran: all of them are skipped',
        fix: 'let at least one test run, or remove the files',
        exitCode: 3,
      },
    });
  });
});

test('a workspace without consumer tests says so', async () => {
  const { context, emitted } = await workspace('none');
  await runConsumerSuite(context);
  const reason = 'there is no suites/consumers/<consumer>/*.pact.test.ts';
  expect(emitted()).toEqual([
    { ...consumerTest, subject: 'suites/consumers', status: 'skipped', findings: [], reason },
  ]);
});

async function pactAt(path: string): Promise<{ readonly descriptions: readonly Json[] }> {
  const pact: Json = JSON.parse(await readFile(path, 'utf8'));
  const interactions = isObject(pact) && Array.isArray(pact['interactions']) ? pact['interactions'] : [];
  return { descriptions: interactions.map((each) => (isObject(each) ? (each['description'] ?? null) : null)) };
}
