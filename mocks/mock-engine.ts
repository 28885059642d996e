import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IHttpRequest, PrismHttpComponents } from '@stoplight/prism-http';
import { asError } from './as-error.ts';
import { isPreflight, sendPreflight, setCorsHeaders } from './cors.ts';
import { isExplained, sourceOf } from './covered.ts';
import type { Destination } from './finished-answer.ts';
import { NOTHING_WRONG, type Handled } from './handled.ts';
import type { MockOptions } from './mock-options.ts';
import { createOperationAnswers, type OperationAnswers, type Served } from './operation-answers.ts';
import { preferencesOf, type Preferences } from './preferences.ts';
import { sendAnswer, sendFailure, sendProblem } from './prism-answer.ts';
import type { PrismEngine } from './prism-engine.ts';
import type { PrismDocument, PrismRoute } from './prism-operations.ts';
import { bytesReadOf, hasBody, parseBody, readBytes } from './request-body.ts';
import { compileRequestPlan } from './request-plan.ts';
import { readTarget } from './request-target.ts';
import { createRouteIndex, type RouteIndex } from './route-index.ts';
import { problemOfUnreadable } from './unreadable-headers.ts';
import type { Sandbox } from './sandbox.ts';
import { answerFromSandbox } from './sandbox-hook.ts';
import { violationOf } from './violation.ts';

/** One document's answers. */
export interface MockEngine {
  readonly routes: readonly PrismRoute[];
  /**
   * Answers a request for `target` (path and query). Never throws or rejects. Answers at once, unless there is a body to
   * read or Prism itself to ask.
   */
  handle(request: IncomingMessage, response: ServerResponse, target: string): Handled | Promise<Handled>;
}

/** What one document is answered with. */
interface Engine {
  readonly options: MockOptions;
  /** Loaded on first use: it takes a second or so, most of it for a generator's vocabulary in seventy languages. */
  readonly prism: () => Promise<PrismEngine>;
  readonly index: RouteIndex;
  readonly answers: OperationAnswers;
  servedBy(route: PrismRoute): Served;
  /** Remembers what was sent. */
  readonly sandbox: Sandbox | undefined;
}

/** Answers as Prism does: from plans and memory where that is certain (`covered.ts`), by Prism itself where it is not. */
export function createMockEngine(
  document: PrismDocument,
  options: MockOptions,
  logger: PrismHttpComponents['logger'],
  sandbox?: Sandbox,
): MockEngine {
  const engine: Engine = {
    options,
    prism: once(async () => {
      const { createPrismEngine } = await import('./prism-engine.ts');
      return createPrismEngine(document, options, logger);
    }),
    index: createRouteIndex(document.routes),
    answers: createOperationAnswers(document, options, logger),
    servedBy: onFirstUse(document.routes),
    sandbox,
  };
  return {
    routes: document.routes,
    handle: (request, response, target) => {
      const to = { request, response, cors: options.cors };
      if (options.cors && isPreflight(request)) return preflight(to);
      return hasBody(request) ? withBody(engine, to, target) : answer(engine, to, target);
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** An operation's request plan is made when the operation is first asked for. */
function onFirstUse(routes: readonly PrismRoute[]): (route: PrismRoute) => Served {
  const served = new Map<PrismRoute, Served>();
  return (route) => {
    const known = served.get(route);
    if (known !== undefined) return known;
    const operation = route.operation();
    const made = { route, operation, plan: compileRequestPlan(operation), index: routes.indexOf(route) };
    served.set(route, made);
    return made;
  };
}

function preflight({ request, response }: Destination): Handled | Promise<Handled> {
  setCorsHeaders(request, response);
  sendPreflight(request, response);
  return hasBody(request) ? bytesReadOf(request).then((body) => withBytes(NOTHING_WRONG, body)) : NOTHING_WRONG;
}

async function withBody(engine: Engine, to: Destination, target: string): Promise<Handled> {
  try {
    const bytes = await readBytes(to.request);
    const handled = answer(engine, to, target, bytes);
    return withBytes(handled instanceof Promise ? await handled : handled, bytes);
  } catch (thrown) {
    return withBytes(failed(to, thrown), await bytesReadOf(to.request));
  }
}

function withBytes(handled: Handled, body: Buffer | string | undefined): Handled {
  const { route, violations, answerViolations, problem, refusedCallbacks, sent } = handled;
  // Written out: a copy by `...` takes longer than the judging of a small body.
  return { route, violations, answerViolations, problem, body, refusedCallbacks, sent };
}

function answer(engine: Engine, to: Destination, target: string, bytes?: Buffer | string): Handled | Promise<Handled> {
  try {
    const body: unknown = bytes === undefined ? null : parseBody(to.request, bytes);
    const input = inputOf(to.request, target, body);
    const preferences = preferencesOf(input);
    if (preferences === undefined) return answerByPrism(engine, to, input);
    if (!isExplained(engine.options)) return answerAsPlanned(engine, to, input, preferences);
    return answerByPrism(engine, to, input, () => answerAsPlanned(engine, to, input, preferences));
  } catch (thrown) {
    return stopped(to, thrown);
  }
}

function answerAsPlanned(
  engine: Engine,
  to: Destination,
  input: IHttpRequest,
  preferences: Preferences,
): Handled | Promise<Handled> {
  const route = engine.index.find(input.method, input.url.path, input.url.baseUrl);
  if (route === undefined) return answerByPrism(engine, to, input);
  if (route instanceof Error) return answerProblem(to, route);
  return answerRoute(engine, to, route, input, preferences);
}

function inputOf({ method = 'get', headers }: IncomingMessage, target: string, body: unknown): IHttpRequest {
  return {
    method: method.toLowerCase() as IHttpRequest['method'],
    url: readTarget(target),
    headers: headers as Record<string, string>,
    body,
  };
}

function answerRoute(
  engine: Engine,
  to: Destination,
  route: PrismRoute,
  input: IHttpRequest,
  preferences: Preferences,
): Handled | Promise<Handled> {
  try {
    const served = engine.servedBy(route);
    const violations = served.plan.judge(input);
    const question = { input, preferences, accept: to.request.headers.accept, violations };
    const { sandbox, answers } = engine;
    const remembered =
      sandbox === undefined ? undefined : answerFromSandbox(sandbox, to, served, question, answers.callBack);
    if (remembered !== undefined) return remembered;
    const source = sourceOf(question, engine.options);
    return source === 'prism' ? answerByPrism(engine, to, input) : engine.answers.send(to, served, question, source);
  } catch (thrown) {
    return stopped(to, thrown, route);
  }
}

/** @param planned answers where Prism throws, which would end its process */
async function answerByPrism(
  { prism, options }: Engine,
  to: Destination,
  input: IHttpRequest,
  planned?: () => Handled | Promise<Handled>,
): Promise<Handled> {
  const { request, response, cors } = to;
  try {
    const { answer, ...noted } = await (await prism()).ask(input);
    if ('thrown' in answer) {
      return planned === undefined ? { ...stopped(to, answer.thrown), ...noted } : await planned();
    }
    if (answer instanceof Error) return { ...answerProblem(to, answer), ...noted };
    if (cors) setCorsHeaders(request, response);
    const answerViolations = answer.validations.output.map(violationOf);
    const problem = sendAnswer(response, answer, options.errors);
    return { ...noted, answerViolations, ...(problem === undefined ? {} : { problem }) };
  } catch (thrown) {
    return stopped(to, thrown);
  }
}

function answerProblem({ request, response, cors }: Destination, problem: Error): Handled {
  if (cors) setCorsHeaders(request, response);
  sendProblem(response, problem);
  return { ...NOTHING_WRONG, problem };
}

/** What ends Prism's process is a problem of the request, if it can be told which. */
function stopped(to: Destination, thrown: unknown, route?: PrismRoute): Handled {
  const unreadable = problemOfUnreadable(asError(thrown), to.request.headers);
  return unreadable === undefined ? failed(to, thrown, route) : { ...answerProblem(to, unreadable), route };
}

/** Whatever goes wrong is answered. */
function failed({ request, response, cors }: Destination, thrown: unknown, route?: PrismRoute): Handled {
  const problem = asError(thrown);
  if (!response.headersSent) {
    if (cors) setCorsHeaders(request, response);
    sendFailure(request, response, problem);
  }
  return { ...NOTHING_WRONG, problem, ...(route === undefined ? {} : { route }) };
}
