import type { IHttpResponse, PrismHttpComponents, ProblemJsonError } from '@stoplight/prism-http';
import mocker, {
  createInvalidContentTypeResponse,
  createUnauthorisedResponse,
  createUnprocessableEntityResponse,
} from '@stoplight/prism-http/dist/mocker/index.js';
import { validateOutput } from '@stoplight/prism-http/dist/validator/index.js';
import type { JsonObject } from '../contracts/index.ts';
import { createAnswerMemo, type AnswerMemo } from './answer-memo.ts';
import { keyOf, outcomeOf, type Question, type Source } from './covered.ts';
import { setCorsHeaders } from './cors.ts';
import { generateAnswer, negotiateDynamic, type NegotiatedAnswer } from './dynamic-answer.ts';
import { record, writeFinished, writeProblem, type Destination, type FinishedAnswer } from './finished-answer.ts';
import { NOTHING_WRONG, type Handled, type SentAnswer } from './handled.ts';
import type { MockOptions } from './mock-options.ts';
import {
  problemParts,
  reportsOf,
  sendAnswer,
  sendOutput,
  sendProblem,
  violationsHeader,
  type ViolationReport,
} from './prism-answer.ts';
import { sendCallbacks } from './prism-callbacks.ts';
import { generatorSettings, prismGenerator } from './prism-generator.ts';
import type { PrismDocument, PrismOperation, PrismRoute } from './prism-operations.ts';
import type { RequestPlan } from './request-plan.ts';
import { violationOf, type Diagnostic } from './violation.ts';

/** An operation that has been asked for, and what judges its requests. */
export interface Served {
  readonly route: PrismRoute;
  readonly operation: PrismOperation;
  readonly plan: RequestPlan;
  /** Its place in the document. */
  readonly index: number;
}

/** The answers of a document's operations. */
export interface OperationAnswers {
  send(to: Destination, served: Served, question: Question, source: Exclude<Source, 'prism'>): Handled;
}

type Logger = PrismHttpComponents['logger'];
type Violations = readonly Diagnostic[];
type NonEmpty<T> = [T, ...T[]];

/** For each document. A finished answer of GitHub's takes some 10 KB. */
const MEMO = { entries: 4_000, bytes: 32 * 1024 * 1024 };

/** What is remembered of the answer to a question. */
type Known =
  | Finished
  /** The contract says nothing: Prism makes a problem of what is wrong with the request. */
  | { readonly kind: 'violations' }
  | { readonly kind: 'negotiated'; readonly negotiated: NegotiatedAnswer };

interface Finished {
  readonly kind: 'finished';
  readonly answer: FinishedAnswer;
  /** What is wrong with the answer. A problem says nothing of violations, neither of its own nor of the request's. */
  readonly reports?: readonly ViolationReport[];
  readonly header?: string | undefined;
  readonly handled: Handled;
  /** Callbacks are made of it. */
  readonly output?: IHttpResponse;
}

interface Answers {
  readonly options: MockOptions;
  readonly logger: Logger;
  readonly memo: AnswerMemo<Known>;
  /** The generator's settings. */
  readonly settings: JsonObject;
}

export function createOperationAnswers(
  document: PrismDocument,
  options: MockOptions,
  logger: Logger,
): OperationAnswers {
  const settings = generatorSettings(document, options);
  const answers: Answers = { options, logger, settings, memo: createAnswerMemo<Known>(MEMO) };
  return {
    send: (to, served, question, source) => {
      const known = knownAnswer(answers, served, question, source);
      const violations = question.violations ?? [];
      if (known.kind === 'finished') return sendFinished(answers, to, served, question, known);
      if (known.kind === 'violations') return sendViolations(to, served, violations);
      return sendGenerated(answers, to, served, question, known.negotiated);
    },
  };
}

function knownAnswer(answers: Answers, served: Served, question: Question, source: Source): Known {
  const outcome = outcomeOf(question.violations ?? []);
  const key = keyOf(served.index, outcome, source, question);
  const kept = answers.memo.get(key);
  if (kept !== undefined) return kept;
  const known = source === 'generator' ? negotiated(answers, served, question) : mocked(answers, served, question);
  answers.memo.set(key, known, sizeOf(known));
  return known;
}

/** Bytes, roughly. */
function sizeOf(known: Known): number {
  if (known.kind !== 'finished') return 500;
  const { body, headers } = known.answer;
  return 1_000 + (body?.length ?? 0) + 4 * headers.join('').length;
}

function negotiated({ logger }: Answers, served: Served, question: Question): Known {
  const found = negotiateDynamic(served.operation, question, logger);
  return found instanceof Error ? withoutAnswer(served, question, found) : { kind: 'negotiated', negotiated: found };
}

/** What Prism answers to this request, whatever else is wrong with it in the same way. */
function mocked({ options, logger }: Answers, served: Served, question: Question): Known {
  const { operation, route } = served;
  const { callbacks: _, ...silent } = operation;
  const { dynamic, ignoreExamples } = options;
  // A fresh object for each request: Prism writes the accepted media types into it.
  const config = { dynamic, ignoreExamples, ...question.preferences };
  const input = { data: question.input, validations: [...(question.violations ?? [])] };
  const result = mocker.default({ resource: silent, input, config })(logger);
  if ('left' in result) return withoutAnswer(served, question, result.left);
  const output = result.right;
  const wrong = wrongWith(operation, output);
  const reports = reportsOf('response', wrong);
  let problem: Error | undefined;
  const answer = record(operation.method, (response) => {
    problem = sendOutput(response, output, options.errors ? reports : []);
  });
  const answerViolations = wrong.map(violationOf);
  const sent = answer.withCors;
  const handled = { ...NOTHING_WRONG, route, answerViolations, sent, ...(problem === undefined ? {} : { problem }) };
  return { kind: 'finished', answer, reports, header: violationsHeader(reports), handled, output };
}

function wrongWith(operation: PrismOperation, output: IHttpResponse): Violations {
  const checked = validateOutput({ resource: operation, element: output });
  return 'left' in checked ? checked.left : [];
}

/** Where the contract has no answer: a problem, the same each time or made of the violations. */
function withoutAnswer({ operation, route }: Served, { violations = [] }: Question, problem: Error): Known {
  const { status } = problem as Partial<ProblemJsonError>;
  const isMadeOfViolations = status === 401 || status === 415 || status === 422;
  if (isMadeOfViolations && outcomeOf(violations) !== 'valid') return { kind: 'violations' };
  const answer = record(operation.method, (response) => sendProblem(response, problem));
  return { kind: 'finished', answer, handled: { ...NOTHING_WRONG, route, problem } };
}

function sendFinished(
  { logger }: Answers,
  to: Destination,
  { operation }: Served,
  { input, violations = [] }: Question,
  { answer, handled, output, reports, header }: Finished,
): Handled {
  const isCalledBack = output !== undefined && operation.callbacks !== undefined;
  const refusedCallbacks = isCalledBack ? sendCallbacks(operation, input, output, logger) : [];
  const isTold = reports !== undefined && violations.length > 0;
  const told = isTold ? violationsHeader([...reportsOf('request', violations), ...reports]) : header;
  const sent = writeFinished(to, answer, told);
  if (violations.length === 0 && !isCalledBack && sent === handled.sent) return handled;
  return { ...withSent(handled, sent), violations: violations.map(violationOf), refusedCallbacks };
}

function withSent({ sent: _, ...handled }: Handled, sent: SentAnswer | undefined): Handled {
  return sent === undefined ? handled : { ...handled, sent };
}

function sendViolations(to: Destination, { route }: Served, violations: Violations): Handled {
  const problem = problemOf(violations);
  const { status, headers, body } = problemParts(problem);
  const length = ['Content-Length', String(Buffer.byteLength(body))];
  const sent = writeProblem(to, { status, headers: [...headers.flat(), ...length], body });
  return withSent({ ...NOTHING_WRONG, route, violations: violations.map(violationOf), problem }, sent);
}

/** As Prism's `createResponseForViolations`, which it keeps to itself. */
function problemOf(violations: Violations): Error {
  const unauthorised = violations.find(({ code }) => code === 401);
  if (unauthorised !== undefined) return createUnauthorisedResponse(unauthorised.tags);
  const unsupported = violations.find(({ code }) => code === 415);
  if (unsupported !== undefined) return createInvalidContentTypeResponse(unsupported);
  return createUnprocessableEntityResponse(violations as NonEmpty<Diagnostic>);
}

function sendGenerated(
  { options, logger, settings }: Answers,
  { request, response, cors }: Destination,
  { operation, route }: Served,
  { input, preferences, violations = [] }: Question,
  negotiated: NegotiatedAnswer,
): Handled {
  const generate = prismGenerator(operation, settings, preferences.seed ?? options.seed);
  const output = generateAnswer(negotiated, generate, options);
  if (cors) setCorsHeaders(request, response);
  const handled = { ...NOTHING_WRONG, route, violations: violations.map(violationOf) };
  if (output instanceof Error) {
    sendProblem(response, output);
    return { ...handled, problem: output };
  }
  const refusedCallbacks = operation.callbacks === undefined ? [] : sendCallbacks(operation, input, output, logger);
  const wrong = wrongWith(operation, output);
  const problem = sendAnswer(response, { output, validations: { input: violations, output: wrong } }, options.errors);
  const answerViolations = wrong.map(violationOf);
  return { ...handled, answerViolations, refusedCallbacks, ...(problem === undefined ? {} : { problem }) };
}
