import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EXIT,
  runCheck,
  TallyError,
  writeFileAtomically,
  type Measure,
  type Result,
  type RunContext,
} from '../contracts/index.ts';
import { comparePacts } from './compare-pacts.ts';
import { mergePacts, pactName, type MergedPact } from './merge-pacts.ts';
import { PACT_DIRECTORY } from './pact-with.ts';
import { runTestFiles, type TestOptions } from './run-test-files.ts';

export interface ConsumerSuiteOptions extends TestOptions {
  /** Absolute; where the merged pacts go. `reports/out/pacts` of the workspace unless told. */
  readonly outDir?: string;
  /** Write the merged pacts into `contracts/pacts/` as well, instead of reporting that those are outdated. */
  readonly updatePacts?: boolean;
}

const SUITE = {
  suite: 'consumer',
  id: 'consumer-test',
  code: 'consumer-test-failed',
  kind: 'pact',
  fix: 'make the client send and read what the pact says, or correct the pact in the test',
};
const COMMITTED = 'contracts/pacts';

/**
 * Runs the consumers' Pact tests (`suites/consumers/<consumer>/*.pact.test.ts`), merges what they wrote into one pact
 * for each consumer and provider, asserts that no declared interaction is missing, and compares the pacts with those in
 * `contracts/pacts/`. Merged pacts are written only when every test passed: half a pact would be verified as a whole.
 */
export async function runConsumerSuite(
  context: RunContext,
  options: ConsumerSuiteOptions = {},
): Promise<readonly Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tally-pacts-'));
  try {
    const tests = await runTestFiles(context, SUITE, { ...options, env: { [PACT_DIRECTORY]: directory } });
    if (tests.every((test) => test.status === 'skipped')) return tests;
    return [...tests, ...(await mergeAll(context, options, directory, tests))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function mergeAll(
  context: RunContext,
  options: ConsumerSuiteOptions,
  directory: string,
  tests: readonly Result[],
): Promise<readonly Result[]> {
  const outDir = options.outDir ?? join(context.workspace.root, 'reports', 'out', 'pacts');
  // Nothing of an earlier run is left to be verified in this one's place.
  if (options.outDir === undefined) await rm(outDir, { recursive: true, force: true });
  const unfinished = tests.filter((test) => test.status !== 'passed' && test.status !== 'skipped').length;
  const whole = { suite: SUITE.suite, id: 'pacts-merged', subject: 'suites/consumers' };
  if (unfinished > 0) {
    const reason = `${unfinished} of ${tests.length} consumer tests did not pass, so their interactions are missing`;
    return [await runCheck(context, whole, () => ({ status: 'inconclusive', reason }))];
  }
  const merged = await mergePacts(context.workspace.root, directory);
  const problem = unmergeable(merged);
  if (problem) {
    return [
      await runCheck(context, whole, () => {
        throw problem;
      }),
    ];
  }
  const results: Result[] = [];
  for (const pact of merged) results.push(await settle(context, options, outDir, pact));
  return results;
}

/** Writes one merged pact and holds it to the committed one. */
function settle(
  context: RunContext,
  options: ConsumerSuiteOptions,
  outDir: string,
  merged: MergedPact,
): Promise<Result> {
  const name = pactName(merged);
  return runCheck(context, { suite: SUITE.suite, id: 'pacts-merged', subject: name }, async () => {
    const measures = measuresOf(merged);
    if (merged.findings.length > 0) return { findings: context.redactor.json(merged.findings), measures };
    const { root } = context.workspace;
    const source = `${COMMITTED}/${name}.json`;
    const text = `${JSON.stringify(merged.pact, null, 2)}\n`;
    await writeFileAtomically(join(outDir, `${name}.json`), text);
    if (options.updatePacts) await writeFileAtomically(join(root, source), text);
    return { findings: comparePacts(root, source, merged.pact), measures };
  });
}

function measuresOf(merged: MergedPact): readonly Measure[] {
  return [
    { name: 'declared', value: merged.declared, unit: 'count' },
    { name: 'merged', value: merged.accounted, unit: 'count', threshold: `merged == ${merged.declared}` },
    { name: 'interactions', value: merged.interactions, unit: 'count' },
  ];
}

function unmergeable(merged: readonly MergedPact[]): TallyError | undefined {
  const names = merged.map(pactName);
  const taken = names.find((name, index) => names.indexOf(name) !== index);
  if (merged.length === 0) return noInteractions();
  return taken === undefined ? undefined : nameTaken(taken);
}

function noInteractions(): TallyError {
  return new TallyError({
    code: 'PACTS_NONE',
    where: 'the tests under suites/consumers',
    why: 'they passed, and not one of them declared an interaction',
    fix: "declare interactions with `pactWith` from 'tallystick/suites'",
    exitCode: EXIT.inconclusive,
  });
}

function nameTaken(name: string): TallyError {
  return new TallyError({
    code: 'PACT_NAME_TAKEN',
    where: `${COMMITTED}/${name}.json`,
    why: 'two pairs of consumer and provider would be written to this one file',
    fix: 'rename a consumer or a provider',
  });
}
