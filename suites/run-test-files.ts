import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, runCheck, TallyError, type Finding, type Result, type RunContext } from '../contracts/index.ts';
import { runJest } from './run-jest.ts';
import type { Failure, TestCase, TestFile } from './test-run.ts';

/** A suite whose checks are tests that stand in files of the workspace's consumers. */
export interface TestSuite {
  /** The suite's id in results: `consumer`, `failure-modes`. */
  readonly suite: string;
  /** The check's id in results: `consumer-test`. */
  readonly id: string;
  /** The finding's code: `consumer-test-failed`. */
  readonly code: string;
  /** What stands before `.test.ts` in the files' names: `pact`. */
  readonly kind: string;
  /** What to do about a failed test. */
  readonly fix: string;
}

export interface TestOptions {
  /** Test files at once. 2 unless told. */
  readonly workers?: number;
  /** For all files together. 120 s unless told. */
  readonly timeoutMs?: number;
}

const CONSUMERS = 'suites/consumers';

/**
 * Runs a suite's test files and emits one result a test. A file that does not load is `errored`, and so is a run in
 * which no test ran: neither is ever taken for a pass.
 */
export async function runTestFiles(
  context: RunContext,
  suite: TestSuite,
  options: TestOptions & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<readonly Result[]> {
  const whole = { id: suite.id, suite: suite.suite, subject: CONSUMERS };
  const files = await findTestFiles(context.workspace.root, suite.kind);
  const reason = `there is no ${CONSUMERS}/<consumer>/*.${suite.kind}.test.ts`;
  if (files.length === 0) return [await runCheck(context, whole, () => ({ status: 'skipped', reason }))];
  try {
    return emitTests(context, suite, await runFiles(context, files, options));
  } catch (error) {
    return [
      await runCheck(context, whole, () => {
        throw error;
      }),
    ];
  }
}

async function runFiles(
  context: RunContext,
  files: readonly string[],
  options: TestOptions & { readonly env?: Readonly<Record<string, string>> },
): Promise<readonly TestFile[]> {
  const { root } = context.workspace;
  const tests = await runJest({
    root,
    files: files.map((file) => join(root, file)),
    workers: options.workers ?? 2,
    timeoutMs: options.timeoutMs ?? 120_000,
    ...(options.env && { env: options.env }),
    signal: context.signal,
    onLine: (line) => report(context, line),
  });
  if (tests.some((file) => file.unloadable ?? file.cases.some((test) => test.status !== 'skipped'))) return tests;
  throw noTests(files);
}

/** Test files of one kind, relative to the root, sorted. Links are not followed. */
async function findTestFiles(root: string, kind: string): Promise<readonly string[]> {
  const pattern = new RegExp(`\\.${kind}\\.test\\.(ts|mts|js|mjs)$`);
  // A file needs a consumer's folder around it: that folder names the consumer.
  const found = (await filesUnder(root, CONSUMERS)).filter((file) => file.split('/').length > 3 && pattern.test(file));
  return found.toSorted();
}

async function filesUnder(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const nested = entries.map(async (entry) => {
    if (entry.isFile()) return [`${folder}/${entry.name}`];
    return entry.isDirectory() && entry.name !== 'node_modules' ? filesUnder(root, `${folder}/${entry.name}`) : [];
  });
  return (await Promise.all(nested)).flat();
}

/** jest tells on one line how each file ended; all else, native libraries' noise included, is for `--debug`. */
function report(context: RunContext, line: string): void {
  if (/^(PASS|FAIL) /.test(line)) context.log.progress(line);
  else context.log.debug(line);
}

function emitTests(context: RunContext, suite: TestSuite, files: readonly TestFile[]): readonly Result[] {
  const seen = new Set<string>();
  const results = files.flatMap((file) => resultsOf(context, suite, file));
  return results.map((result) => {
    const unique = { ...result, subject: uniqueSubject(result.subject, seen) };
    context.emit(unique);
    return unique;
  });
}

function resultsOf(context: RunContext, suite: TestSuite, file: TestFile): readonly Result[] {
  const [, , consumer = '', ...path] = file.source.split('/');
  const base = { id: suite.id, suite: suite.suite };
  const results = file.cases.map((test): Result => {
    const subject = `${consumer} · ${test.name}`;
    return { ...base, subject, ...outcomeOf(context, suite, file, test), durationMs: test.durationMs };
  });
  if (file.unloadable === undefined) return results;
  const error = unloadable(file.source, context.redactor.text(file.unloadable));
  const reason = `${error.where}: ${error.why}`;
  const subject = `${consumer} · ${path.join('/')}`;
  return [
    ...results,
    { ...base, subject, status: 'errored', findings: [], durationMs: 0, reason, error: error.toJSON() },
  ];
}

function outcomeOf(
  context: RunContext,
  suite: TestSuite,
  file: TestFile,
  test: TestCase,
): Pick<Result, 'status' | 'findings' | 'reason'> {
  if (test.status === 'skipped') return { status: 'skipped', findings: [], reason: `skipped in ${file.source}` };
  if (test.status === 'passed') return { status: 'passed', findings: [] };
  const failures = test.failures.length > 0 ? test.failures : [{ message: 'the test failed and did not say why' }];
  const findings = failures.map((failure) => findingOf(suite, file, test, failure));
  return { status: 'failed', findings: context.redactor.json(findings) };
}

function findingOf(suite: TestSuite, file: TestFile, test: TestCase, failure: Failure): Finding {
  return {
    code: suite.code,
    severity: 'error',
    fix: suite.fix,
    ...failure,
    where: { source: file.source, pointer: '', line: test.line, column: test.column },
  };
}

/** Two tests may have one name; their results may not. */
function uniqueSubject(subject: string, seen: Set<string>): string {
  let unique = subject;
  for (let count = 2; seen.has(unique); count += 1) unique = `${subject} (${count})`;
  seen.add(unique);
  return unique;
}

function unloadable(source: string, why: string): TallyError {
  return new TallyError({
    code: 'TEST_FILE_UNLOADABLE',
    where: source,
    why,
    fix: 'make the file load and hold at least one test',
    exitCode: EXIT.inconclusive,
  });
}

function noTests(files: readonly string[]): TallyError {
  return new TallyError({
    code: 'TESTS_NONE',
    where: files.join(', '),
    why: 'not one test ran: all of them are skipped',
    fix: 'let at least one test run, or remove the files',
    exitCode: EXIT.inconclusive,
  });
}
