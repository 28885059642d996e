import type { IHttpResponse, PrismHttpComponents } from '@stoplight/prism-http';
import { INVALID_CONTENT_TYPE, UNAUTHORIZED, UNPROCESSABLE_ENTITY } from '@stoplight/prism-http/dist/mocker/errors.js';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import { validateOutput } from '@stoplight/prism-http/dist/validator/index.js';
import { createAnswerMemo, type AnswerMemo } from './answer-memo.ts';
import { assemble, samplesOf } from './assemble.ts';
import { setCorsHeaders } from './cors.ts';
import { keyOf, outcomeOf, type Question, type Source } from './covered.ts';
import { record, writeFinished, writeProblem, type Destination, type FinishedAnswer } from './finished-answer.ts';
import { createAnswerValues, isFoundValid, type AnswerValues } from './generate-answer-values.ts';
import { generatorSettings } from './generator-settings.ts';
import { NOTHING_WRONG, type Handled } from './handled.ts';
import type { MockOptions } from './mock-options.ts';
import { negotiate, type Negotiated } from './negotiate.ts';
import {
  problemParts,
  reportsOf,
  sendAnswer,
  sendOutput,
  sendProblem,
  violationsHeader,
  type ViolationReport,
} from './prism-answer.ts';
import type { PrismDocument, PrismOperation, PrismRoute } from './prism-operations.ts';
import type { RequestPlan } from './request-plan.ts';
import { SEVERITIES, violationOf, type Diagnostic } from './violation.ts';

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
  /** At once, unless it takes parts of Prism that are loaded only when they are needed. */
  send(
    to: Destination,
    served: Served,
    question: Question,
    source: Exclude<Source, 'prism'>,
  ): Handled | Promise<Handled>;
  /** Makes the callbacks of an answer that has been sent. */
  readonly callBack: (served: Served, question: Question, output: IHttpResponse, handled: Handled) => Promise<Handled>;
}

type Logger = PrismHttpComponents['logger'];
type Violations = readonly Diagnostic[];
type Problem = ReturnType<typeof ProblemJsonError.fromTemplate>;

/** For each document. A finished answer of GitHub's takes some 10 KB. */
const MEMO = { entries: 4_000, bytes: 32 * 1024 * 1024 };

/** What is remembered of the answer to a question. */
type Known =
  | Finished
  /** The contract says nothing: Prism makes a problem of what is wrong with the request. */
  | { readonly kind: 'violations' }
  /** Values are to be generated. */
  | { readonly kind: 'negotiated'; readonly negotiated: Negotiated };

interface Finished {
  readonly kind: 'finished';
  readonly answer: FinishedAnswer;
  /** What is wrong with the answer. A problem says nothing of violations, neither of its own nor of the request's. */
  readonly reports?: readonly ViolationReport[];
  readonly handled: Handled;
  /** Callbacks are made of it. */
  readonly output?: IHttpResponse;
}

interface Answers {
  readonly options: MockOptions;
  readonly logger: Logger;
  readonly memo: AnswerMemo<Known>;
  /** What generated answers are made with. */
  readonly values: AnswerValues;
}

export function createOperationAnswers(
  document: PrismDocument,
  options: MockOptions,
  logger: Logger,
): OperationAnswers {
  const values = createAnswerValues(generatorSettings(document, options), logger);
  const answers: Answers = { options, logger, values, memo: createAnswerMemo<Known>(MEMO) };
  return {
    callBack: async (...sent) => await callBack(answers, ...sent),
    send: (to, served, question, source) => {
      const known = knownAnswer(answers, served, question, source);
      if (known.kind === 'violations') return sendViolations(to, served, question.violations ?? []);
      if (known.kind === 'negotiated') return sendGenerated(answers, to, served, question, known.negotiated);
      const { output } = known;
      const isCallingBack = output !== undefined && served.operation.callbacks !== undefined;
      const handled = sendFinished(to, question, known);
      return isCallingBack ? callBack(answers, served, question, output, handled) : handled;
    },
  };
}

function knownAnswer(answers: Answers, served: Served, question: Question, source: Source): Known {
  const outcome = outcomeOf(question.violations ?? []);
  const key = keyOf(served.index, outcome, source, question);
  const kept = answers.memo.get(key);
  if (kept !== undefined) return kept;
  const known = prepare(answers, served, question, source);
  answers.memo.set(key, known, sizeOf(known));
  return known;
}

/** Bytes, roughly. */
function sizeOf(known: Known): number {
  if (known.kind !== 'finished') return 500;
  const { body, headers } = known.answer;
  return 1_000 + (body?.length ?? 0) + 4 * headers.join('').length;
}

function prepare({ options, logger }: Answers, served: Served, question: Question, source: Source): Known {
  const { operation, route } = served;
  const negotiated = negotiate(operation, question, source === 'generator', logger);
  if (negotiated === 'none') return { kind: 'violations' };
  if (negotiated instanceof Error) return finishedProblem(route, negotiated);
  if (source === 'generator') return { kind: 'negotiated', negotiated };
  const output = assemble(negotiated, samplesOf(operation), options);
  return output instanceof Error ? finishedProblem(route, output) : finished(served, output, options);
}

/** Down to its bytes, as if nothing were wrong with the request. */
function finished({ operation, route }: Served, output: IHttpResponse, { errors }: MockOptions): Finished {
  const wrong = wrongWith(operation, output);
  const reports = reportsOf('response', wrong);
  let problem: Error | undefined;
  const answer = record(
    operation.method,
    (response) => {
      problem = sendOutput(response, output, errors ? reports : []);
    },
    violationsHeader(reports),
  );
  const answerViolations = wrong.map(violationOf);
  const sent = answer.withCors;
  const handled = { ...NOTHING_WRONG, route, answerViolations, sent, ...(problem === undefined ? {} : { problem }) };
  return { kind: 'finished', answer, reports, handled, output };
}

function wrongWith(operation: PrismOperation, output: IHttpResponse): Violations {
  const resource = isFoundValid(output.body) ? withoutBodySchemas(operation) : operation;
  try {
    const checked = validateOutput({ resource, element: output });
    return 'left' in checked ? checked.left : [];
  } catch {
    // A header that is a list cannot be judged: Prism's process ends at it.
    return [];
  }
}

function withoutSchema(content: object): object {
  return { ...content, schema: undefined };
}

const bodyless = new WeakMap<PrismOperation, PrismOperation>();

/** For bodies that were judged when they were generated: to compile a large schema once more takes seconds. */
function withoutBodySchemas(operation: PrismOperation): PrismOperation {
  const known = bodyless.get(operation);
  if (known !== undefined) return known;
  const responses = operation.responses.map(({ contents, ...response }) => ({
    ...response,
    ...(contents === undefined ? {} : { contents: contents.map(withoutSchema) }),
  }));
  const changed = { ...operation, responses } as PrismOperation;
  bodyless.set(operation, changed);
  return changed;
}

function finishedProblem(route: PrismRoute, problem: Error): Finished {
  const answer = record(route.method, (response) => sendProblem(response, problem));
  return { kind: 'finished', answer, handled: { ...NOTHING_WRONG, route, problem } };
}

function sendFinished(to: Destination, { violations = [] }: Question, known: Finished): Handled {
  const { answer, handled, reports } = known;
  const isTold = reports !== undefined && violations.length > 0;
  const told = isTold ? violationsHeader([...reportsOf('request', violations), ...reports]) : answer.violations;
  const sent = writeFinished(to, answer, told);
  if (violations.length === 0 && sent === handled.sent) return handled;
  const { route, answerViolations, refusedCallbacks, problem } = handled;
  return { route, violations: violations.map(violationOf), answerViolations, refusedCallbacks, problem, sent };
}

/** Every request has its own callbacks, whose addresses and contents may come out of it. */
async function callBack(
  { logger }: Answers,
  { operation }: Served,
  { input }: Question,
  output: IHttpResponse,
  handled: Handled,
): Promise<Handled> {
  const { sendCallbacks } = await import('./prism-callbacks.ts');
  return { ...handled, refusedCallbacks: sendCallbacks(operation, input, output, logger) };
}

function sendViolations(to: Destination, { route }: Served, violations: Violations): Handled {
  const problem = problemOf(violations);
  const body = bodyOf(problem, violations);
  const { headers } = problemParts(problem);
  const length = String(Buffer.byteLength(body));
  const sent = writeProblem(to, { status: problem.status, headers: [...headers, 'Content-Length', length], body });
  return { ...NOTHING_WRONG, route, violations: violations.map(violationOf), problem, sent };
}

/** The same for every request, for the making of an error takes longer than that of the answer. */
const UNPROCESSABLE = ProblemJsonError.fromTemplate(
  UNPROCESSABLE_ENTITY,
  'Your request is not valid and no HTTP validation response was found in the spec, so Prism is generating this error for you.',
);

/** In Prism's words. */
function problemOf(violations: Violations): Problem {
  const unauthorised = violations.find(({ code }) => code === 401);
  if (unauthorised !== undefined) {
    const { tags = [] } = unauthorised;
    const headers = tags.length > 0 ? { headers: { 'WWW-Authenticate': tags.join(',') } } : undefined;
    const detail =
      'Your request does not fullfil the security requirements and no HTTP unauthorized response was found in the spec, so Prism is generating this error for you.';
    return ProblemJsonError.fromTemplate(UNAUTHORIZED, detail, headers);
  }
  const unsupported = violations.find(({ code }) => code === 415);
  if (unsupported === undefined) return UNPROCESSABLE;
  return ProblemJsonError.fromTemplate(INVALID_CONTENT_TYPE, unsupported.message);
}

function bodyOf(problem: Problem, violations: Violations): string {
  const said = ProblemJsonError.toProblemJson(problem as Error);
  return JSON.stringify(problem === UNPROCESSABLE ? { ...said, validation: violations.map(locationOf) } : said);
}

function locationOf({ path: location, severity, code, message }: Diagnostic): object {
  return { location, severity: SEVERITIES[severity], code, message };
}

function sendGenerated(
  answers: Answers,
  { request, response, cors }: Destination,
  served: Served,
  question: Question,
  negotiated: Negotiated,
): Handled | Promise<Handled> {
  const { options, values } = answers;
  const { operation, route } = served;
  const { input, preferences, violations = [] } = question;
  const output = assemble(negotiated, values(operation, input, preferences.seed ?? options.seed), options);
  if (cors) setCorsHeaders(request, response);
  const handled = { ...NOTHING_WRONG, route, violations: violations.map(violationOf) };
  if (output instanceof Error) {
    sendProblem(response, output);
    return { ...handled, problem: output };
  }
  const wrong = wrongWith(operation, output);
  const problem = sendAnswer(response, { output, validations: { input: violations, output: wrong } }, options.errors);
  const noted = { ...handled, answerViolations: wrong.map(violationOf), ...(problem === undefined ? {} : { problem }) };
  return operation.callbacks === undefined ? noted : callBack(answers, served, question, output, noted);
}
