import type { IHttpRequest } from '@stoplight/prism-http';
import type { MockOptions } from './mock-options.ts';
import type { Preferences } from './preferences.ts';
import { SEVERITIES, type Diagnostic } from './violation.ts';

/** All that an answer of an operation depends on, CORS headers aside: of the request itself, only callbacks do. */
export interface Question {
  readonly input: IHttpRequest;
  readonly preferences: Preferences;
  readonly accept: string | undefined;
  /** What is wrong with the request; undefined when only Prism can tell. */
  readonly violations: readonly Diagnostic[] | undefined;
}

/**
 * Who answers: `memo`, what Prism answered to the same question before; `generator`, values made anew for each request;
 * `prism`, Prism's own instance, which is asked in every case that is not certain.
 */
export type Source = 'memo' | 'generator' | 'prism';

export function sourceOf(question: Question, options: MockOptions): Source {
  // The request is of a form that its operation's plan was not made for.
  if (question.violations === undefined) return 'prism';
  // Anyone may send any number of these: they are no keys.
  if (isLong(question.accept) || isLong(question.preferences.exampleKey)) return 'prism';
  // Two answers to the same question differ.
  if (question.preferences.dynamic ?? options.dynamic) return 'generator';
  // Examples and samples of schemas are chosen without chance, clock or sight of the request.
  return 'memo';
}

/** Prism's own log tells how each answer is chosen, so at these levels nothing is answered without it. */
export function isExplained({ verboseLevel }: MockOptions): boolean {
  return verboseLevel === 'debug' || verboseLevel === 'trace';
}

/** What Prism looks for in a contract for a request like this: its answer, or that to one class of mistakes. */
export type Outcome = 'valid' | 'unauthorised' | 'unsupported' | 'unprocessable';

/** The first of several mistakes by weight, not by place. A warning is none. */
export function outcomeOf(violations: readonly Diagnostic[]): Outcome {
  if (!violations.some(({ severity }) => SEVERITIES[severity] === 'Error')) return 'valid';
  if (violations.some(({ code }) => code === 401)) return 'unauthorised';
  return violations.some(({ code }) => code === 415) ? 'unsupported' : 'unprocessable';
}

/** Two questions about one operation that have the same key have the same answer. */
export function keyOf(operation: number, outcome: Outcome, source: Source, question: Question): string {
  const { code = '', exampleKey } = question.preferences;
  const example = exampleKey === undefined ? '' : `=${exampleKey}`;
  // A mistake is answered in the first media type that the contract has for it.
  const accept = outcome === 'valid' ? (question.accept ?? '') : '';
  // Only the example can hold the separator: what comes behind it is a header.
  return `${operation}\0${source}\0${outcome}\0${code}\0${example}\0${accept}`;
}

const LONG = 1_000;

function isLong(text = ''): boolean {
  return text.length > LONG;
}
