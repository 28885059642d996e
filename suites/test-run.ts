import { relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { isObject, TallyError, EXIT, type Json, type JsonObject } from '../contracts/index.ts';

/** One test file and what became of its tests. */
export interface TestFile {
  /** Relative to the workspace root, with forward slashes. */
  readonly source: string;
  readonly cases: readonly TestCase[];
  /** Why it could not be loaded or holds no test; its cases then prove nothing. */
  readonly unloadable?: string;
}

export interface TestCase {
  /** The describe blocks' titles and the test's own. */
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** 1-based; of the failure where the stack tells, of the test otherwise. */
  readonly line: number;
  readonly column: number;
  /** What failed, without stack traces and colours. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly message: string;
  readonly expected?: Json;
  readonly actual?: Json;
}

/**
 * Reads what `jest --json` wrote.
 *
 * @param root absolute, symbolic links resolved
 * @throws TallyError JEST_CRASHED when it is no test result
 */
export function readTestRun(root: string, text: string): readonly TestFile[] {
  const outcome = parse(text);
  if (!isObject(outcome) || !Array.isArray(outcome['testResults'])) throw unreadable();
  return outcome['testResults']
    .filter(isObject)
    .map((file) => readFile(root, file))
    .toSorted((one, other) => (one.source < other.source ? -1 : 1));
}

function readFile(root: string, file: JsonObject): TestFile {
  const path = textOf(file['name']);
  const source = relative(root, path).replaceAll(sep, '/');
  const assertions = Array.isArray(file['assertionResults']) ? file['assertionResults'].filter(isObject) : [];
  const cases = assertions.map((assertion) => readCase(path, assertion));
  // A file that throws outside of its tests is failed as a whole without one failed test.
  const isUnloadable = file['status'] === 'failed' && !cases.some((test) => test.status === 'failed');
  return { source, cases, ...(isUnloadable && { unloadable: loadFailure(textOf(file['message'])) }) };
}

function readCase(path: string, assertion: JsonObject): TestCase {
  const messages = Array.isArray(assertion['failureMessages']) ? assertion['failureMessages'].map(textOf) : [];
  const details = Array.isArray(assertion['failureDetails']) ? assertion['failureDetails'] : [];
  const duration = assertion['duration'];
  return {
    name: textOf(assertion['fullName']),
    status: statusOf(textOf(assertion['status'])),
    durationMs: typeof duration === 'number' ? duration : 0,
    ...(placeInStack(path, messages[0] ?? '') ?? placeOfTest(assertion['location'])),
    failures: messages.map((message, index) => ({
      message: withoutStack(message).replace(/^Error: /, ''),
      ...comparedValues(details[index]),
    })),
  };
}

function statusOf(status: string): TestCase['status'] {
  if (status === 'passed' || status === 'failed') return status;
  return 'skipped';
}

/** Jest's matchers say what they compared; an assertion of another library does not. */
function comparedValues(detail: Json | undefined): { readonly expected?: Json; readonly actual?: Json } {
  const compared = isObject(detail) && isObject(detail['matcherResult']) ? detail['matcherResult'] : {};
  const { expected, actual } = compared;
  return { ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) };
}

function placeInStack(path: string, message: string): { readonly line: number; readonly column: number } | undefined {
  const frame = message.split('\n').find((line) => line.includes(`${path}:`) && line.trimStart().startsWith('at '));
  const match = frame?.slice(frame.indexOf(path) + path.length).match(/^:(\d+):(\d+)/);
  return match ? { line: Number(match[1]), column: Number(match[2]) } : undefined;
}

function placeOfTest(location: Json | undefined): { readonly line: number; readonly column: number } {
  const { line, column } = isObject(location) ? location : {};
  return { line: typeof line === 'number' ? line : 1, column: typeof column === 'number' ? column : 1 };
}

function withoutStack(message: string): string {
  const lines = stripVTControlCharacters(message).split('\n');
  const stack = lines.findIndex((line) => /^\s+at .*(:\d+:\d+|<anonymous>|native)\)?$/.test(line));
  return (stack === -1 ? lines : lines.slice(0, stack)).join('\n').trim();
}

/** The reason in jest's long message: without its headline, its code frame and its advice. */
function loadFailure(message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('●') && !/^>?\s*\d*\s*\|/.test(line) && !line.startsWith('at '));
  return lines.slice(0, 4).join(' ') || 'it could not be loaded';
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown): TallyError {
  return new TallyError({
    code: 'JEST_CRASHED',
    where: 'the results that the test runner wrote',
    why: 'they are no JSON test results',
    fix: 'run again; when it happens again, run with --debug and report what it prints',
    exitCode: EXIT.inconclusive,
    cause,
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
