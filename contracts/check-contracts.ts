import { memoryOf } from './check-memory.ts';
import { checkExamples } from './check-examples.ts';
import { checkPacts } from './check-pacts.ts';
import { diffContracts } from './diff-contracts.ts';
import { withSeverity } from './diff-revisions.ts';
import { TallyError } from './error.ts';
import type { Finding } from './finding.ts';
import { openLinter, type Linter, type LintOptions } from './lint.ts';
import type { Contract, ParsedContract } from './model.ts';
import { openResultCache, type ResultCache } from './result-cache.ts';
import { withFindings, type Result } from './result.ts';
import { runCheck, type RunContext } from './run-context.ts';
import { checkVersions, type Differ } from './version-gate.ts';

/**
 * The static gates: every contract of the workspace parses, lints and has examples that match their schemas, its versions
 * follow from each other, and pacts agree with them. Emits the results `parses`, `lint`, `examples-valid`, `versions`,
 * `pact-compatible` and `pact-coverage` of the suite `check`.
 */
export async function checkContracts(context: RunContext): Promise<void> {
  const memory = memoryOf(context.workspace);
  if (memory?.results !== undefined) return await repeat(context, memory.results);
  const results: Result[] = [];
  const { severities = {} } = context.workspace.config.gates;
  const emit = (result: Result): void => {
    const judged = withFindings(
      result,
      result.findings.map((finding) => withSeverity(finding, { severities })),
    );
    results.push(judged);
    context.emit(judged);
  };
  await checkAll({ ...context, emit });
  if (!context.signal.aborted) await memory?.keep(results);
}

/** What an earlier check of the same bytes found. */
async function repeat(context: RunContext, results: readonly Result[]): Promise<void> {
  for (const { id, suite, subject, durationMs: _, ...outcome } of results)
    await runCheck(context, { id, suite, subject }, () => outcome);
}

async function checkAll(context: RunContext): Promise<void> {
  const cache = openResultCache(context.workspace);
  const options: LintOptions = { root: context.workspace.root, cache, signal: context.signal };
  const linter = openLinter(options);
  try {
    const lints = startLints(context, linter);
    for (const parsed of context.workspace.contracts) {
      if (context.signal.aborted) return;
      await checkContract(context, parsed, options, lints);
    }
    await checkVersions(context, rememberedDiff(cache));
    await checkPacts(context);
  } finally {
    linter.close();
  }
}

/** Comparing two large documents takes seconds, and of a dozen versions only the newest changes. */
function rememberedDiff(cache: ResultCache): Differ {
  return async (base, revision, today) => {
    const sides = [base, revision].flatMap(({ contract }) => [contract.digest, contract.source]);
    const inputs = ['diff', base.contract.kind, ...sides, today];
    return await cache.changes(inputs, () => diffContracts(base, revision, today));
  };
}

type Lints = ReadonlyMap<Contract, Promise<readonly Finding[]>>;

/** Linting is the slowest, and runs beside all else; its results are taken up in the order of the contracts. */
function startLints({ workspace }: RunContext, linter: Linter): Lints {
  const lints = new Map<Contract, Promise<readonly Finding[]>>();
  for (const { contract } of workspace.contracts) {
    if (contract.kind !== 'openapi' && contract.kind !== 'asyncapi') continue;
    const lint = linter.lint(contract);
    // Whoever takes it up hears of its failure; a run that is stopped before takes up none.
    lint.catch(() => undefined);
    lints.set(contract, lint);
  }
  return lints;
}

async function checkContract(
  context: RunContext,
  parsed: ParsedContract,
  options: LintOptions,
  lints: Lints,
): Promise<void> {
  const { contract } = parsed;
  const subject = subjectOf(contract);
  context.log.progress(`check ${subject}`);
  await runCheck(context, { id: 'parses', suite: 'check', subject }, () => ({ findings: parsed.findings }));
  const lint = lints.get(contract);
  if (lint === undefined) return;
  await runCheck(context, { id: 'lint', suite: 'check', subject }, async () => ({ findings: await lint }));
  await runCheck(context, { id: 'examples-valid', suite: 'check', subject }, async () => ({
    findings: await checkExamples(contract, options),
  }));
}

/** A contract that cannot be read at all must not pass for one that is not there, whatever is done with the others. */
export async function reportUnreadable(context: RunContext): Promise<void> {
  for (const error of context.workspace.unreadable) {
    await runCheck(context, { id: 'parses', suite: 'check', subject: error.where }, () => {
      throw new TallyError(error);
    });
  }
}

/** `parcels 2.0.0`, with the kind where an API, its events and its files share name and version. */
function subjectOf(contract: Contract): string {
  const name = `${contract.name} ${contract.version}`;
  return contract.kind === 'openapi' ? name : `${name} · ${contract.kind}`;
}
