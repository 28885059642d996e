import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IHttpRequest, IHttpResponse, PrismHttpComponents } from '@stoplight/prism-http';
import * as forwarderProblems from '@stoplight/prism-http/dist/forwarder/errors.js';
import mocker from '@stoplight/prism-http/dist/mocker/index.js';
import router from '@stoplight/prism-http/dist/router/index.js';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import { toURLSearchParams } from '@stoplight/prism-http/dist/utils/url.js';
import { validateInput, validateOutput, validateSecurity } from '@stoplight/prism-http/dist/validator/index.js';
import { getHttpConfigFromRequest } from '@stoplight/prism-http-server/dist/getHttpConfigFromRequest.js';
import { asError } from './as-error.ts';
import { keptBody, type KeptBody } from './call.ts';
import { isPreflight, sendPreflight, setCorsHeaders } from './cors.ts';
import { readUpTo, type ForwardedRequest, type LongBody, type Upstream } from './forward-request.ts';
import { MOCK_DEFAULTS } from './mock-options.ts';
import {
  reportsOf,
  sendFailure,
  sendOutput,
  sendProblem,
  VIOLATIONS_HEADER,
  violationsHeader,
  type PrismAnswer,
} from './prism-answer.ts';
import { createPrismEngine, resourceOf } from './prism-engine.ts';
import type { PrismDocument, PrismOperation, PrismRoute } from './prism-operations.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { hasBody, parseBody, readBytes } from './request-body.ts';
import { compileRequestPlan, type RequestPlan } from './request-plan.ts';
import { readTarget } from './request-target.ts';
import { createRouteIndex } from './route-index.ts';
import { ERROR, INFORMATION, WARNING } from './severity.ts';
import { JUDGED_BYTES, readAnswer, TOO_LONG, type UpstreamAnswer } from './upstream-answer.ts';
import { violationOf, type Diagnostic, type Violation } from './violation.ts';

/** One document's proxy. */
export interface ProxyEngine {
  readonly routes: readonly PrismRoute[];
  /** Answers a request by what the upstream says to it. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, target: string): Promise<Proxied>;
}

/** What came of one request, besides the answer that has been sent. */
export interface Proxied {
  readonly route?: PrismRoute;
  /** Of the request. */
  readonly violations: readonly Violation[];
  /** Of the upstream's answer. */
  readonly answerViolations: readonly Violation[];
  /** What the upstream answered, which is not what the client got where `problem` is set. */
  readonly upstream?: Pick<IHttpResponse, 'statusCode' | 'headers'>;
  /** Why the client got no answer of the upstream. */
  readonly problem?: Error;
  readonly body?: KeptBody | undefined;
  readonly answerBody?: KeptBody | undefined;
  /** What was not looked at. */
  readonly notes: readonly string[];
}

interface Engine {
  readonly options: ProxyOptions;
  readonly upstream: Upstream;
  find(input: IHttpRequest): PrismRoute | Error;
  operationOf(route: PrismRoute): { readonly operation: PrismOperation; readonly plan: RequestPlan };
  /** Answers in place of an upstream that says 501. */
  mock(input: IHttpRequest): Promise<PrismAnswer | Error>;
}

interface Destination {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** A request as it came. */
interface Asked {
  readonly input: IHttpRequest;
  readonly bytes: Buffer | LongBody | undefined;
}

export function createProxyEngine(
  given: PrismDocument,
  options: ProxyOptions,
  upstream: Upstream,
  logger: PrismHttpComponents['logger'],
): ProxyEngine {
  const document = { ...given, routes: given.routes.map(withoutCallbacks) };
  const engine: Engine = {
    options,
    upstream,
    find: finder(document.routes),
    operationOf: onFirstUse(),
    mock: mockOf(document, options, logger),
  };
  return {
    routes: document.routes,
    handle: async (request, response, target) => {
      if (options.cors) setCorsHeaders(request, response);
      if (options.cors && isPreflight(request)) {
        sendPreflight(request, response);
        return NOTHING_WRONG;
      }
      const to = { request, response, signal: untilGone(response) };
      return await answer(engine, to, target).catch((thrown: unknown) => fail(to, thrown));
    },
  };
}

const NOTHING_WRONG: Proxied = { violations: [], answerViolations: [], notes: [] };

/** Only the upstream is ever called, also where an answer is mocked in its place. */
function withoutCallbacks(route: PrismRoute): PrismRoute {
  let silent: PrismOperation | undefined;
  return {
    method: route.method,
    path: route.path,
    operation: () => {
      if (silent !== undefined) return silent;
      const { callbacks: _, ...operation } = route.operation();
      silent = operation;
      return silent;
    },
  };
}

function finder(routes: readonly PrismRoute[]): Engine['find'] {
  const index = createRouteIndex(routes);
  const resources = routes.map(resourceOf);
  return (input) => {
    const found = index.find(input.method, input.url.path, input.url.baseUrl);
    if (found !== undefined) return found;
    const byPrism = router.default({ resources, input });
    if ('left' in byPrism) return byPrism.left;
    return routes[resources.indexOf(byPrism.right)] ?? new Error('Prism found a route that is none');
  };
}

function onFirstUse(): Engine['operationOf'] {
  const known = new Map<PrismRoute, ReturnType<Engine['operationOf']>>();
  return (route) => {
    const operation = route.operation();
    const served = known.get(route) ?? { operation, plan: compileRequestPlan(operation) };
    known.set(route, served);
    return served;
  };
}

function mockOf(
  document: PrismDocument,
  { errors, validateRequest }: ProxyOptions,
  logger: PrismHttpComponents['logger'],
): Engine['mock'] {
  const prism = createPrismEngine(document, { ...MOCK_DEFAULTS, errors, validateRequest }, logger);
  return async (input) => {
    const { answer: mocked } = await prism.ask(input);
    return 'thrown' in mocked ? mocked.thrown : mocked;
  };
}

function untilGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

async function answer(engine: Engine, to: Destination, target: string): Promise<Proxied> {
  const asked = await readRequest(to.request, target);
  const configured = getHttpConfigFromRequest(asked.input);
  if ('left' in configured) return { ...refuse(to, asked, configured.left), body: kept(asked.bytes) };
  const route = engine.find(asked.input);
  if (route instanceof Error) return { ...(await answerUnknown(engine, to, asked, route)), body: kept(asked.bytes) };
  return { ...(await answerRoute(engine, to, asked, route)), route, body: kept(asked.bytes) };
}

async function readRequest(request: IncomingMessage, target: string): Promise<Asked> {
  const bytes = hasBody(request) ? await readUpTo(request, JUDGED_BYTES, 'away') : undefined;
  const input = {
    method: (request.method ?? 'get').toLowerCase() as IHttpRequest['method'],
    url: readTarget(target),
    headers: request.headers as Record<string, string>,
    body: await bodyOf(request, bytes),
  };
  return { input, bytes };
}

/** As Prism's server reads it, which is less than what is forwarded: the bytes go on as they came. */
async function bodyOf(request: IncomingMessage, bytes: Asked['bytes']): Promise<unknown> {
  if (bytes === undefined) return null;
  if (!Buffer.isBuffer(bytes)) return UNREAD;
  const copy: unknown = Object.assign(Readable.from(bytes.length === 0 ? [] : [bytes]), { headers: request.headers });
  return parseBody(request, await readBytes(copy as IncomingMessage));
}

/** Stands for a body that is too long to be read: there is one. */
const UNREAD = ' ';

/** Where the contract has no such operation, Prism lets the request pass, unless told not to. */
async function answerUnknown(engine: Engine, to: Destination, asked: Asked, problem: Error): Promise<Proxied> {
  const violations = [violationOf(ROUTE_NOT_FOUND)];
  if (engine.options.errors) return { ...refuse(to, asked, problem), violations: [] };
  try {
    const answered = await forward(engine, to, asked);
    return { ...(await send(engine, to, [ROUTE_NOT_FOUND], answered, [])), violations };
  } catch (thrown) {
    return { ...failed(to, asError(thrown)), violations };
  }
}

const ROUTE_NOT_FOUND: Diagnostic = { message: 'Selected route not found', severity: WARNING };

async function answerRoute(engine: Engine, to: Destination, asked: Asked, route: PrismRoute): Promise<Proxied> {
  const { operation, plan } = engine.operationOf(route);
  const found = judgeRequest(engine, operation, plan, asked);
  const violations = found.filter(({ code }) => code !== NOT_JUDGED).map(violationOf);
  const wrong = found.filter(({ code }) => code !== NOT_JUDGED);
  if (engine.options.errors && wrong.length > 0) return { ...refuse(to, asked, refusalOf(wrong)), violations };
  try {
    const answered = await forward(engine, to, asked);
    if (operation.deprecated === true && answered.output.headers?.['deprecation'] === undefined) {
      answered.output.headers = { ...answered.output.headers, deprecation: 'true' };
    }
    const judged = judgeAnswer(operation, answered);
    return { ...(await send(engine, to, found, answered, judged)), violations };
  } catch (thrown) {
    if (isNotImplemented(thrown) && Buffer.isBuffer(asked.bytes ?? Buffer.alloc(0))) {
      return { ...(await sendMocked(engine, to, asked)), violations };
    }
    return { ...failed(to, asError(thrown)), violations };
  }
}

const NOT_JUDGED = 'not-validated';

function notJudged(message: string): Diagnostic {
  return { path: ['body'], code: NOT_JUDGED, message, severity: INFORMATION };
}

function judgeRequest(
  { options }: Engine,
  operation: PrismOperation,
  plan: RequestPlan,
  { input, bytes }: Asked,
): readonly Diagnostic[] {
  const found = options.validateRequest
    ? (plan.judge(input) ?? [
        ...leftOf(validateSecurity({ resource: operation, element: input })),
        ...leftOf(validateInput({ resource: operation, element: input })),
      ])
    : leftOf(validateSecurity({ resource: operation, element: input }));
  if (bytes === undefined || Buffer.isBuffer(bytes)) return found;
  return [...found.filter(({ path: place }) => place?.[0] !== 'body'), notJudged(TOO_LONG)];
}

type Validated = { readonly _tag: 'Right' } | { readonly _tag: 'Left'; readonly left: readonly Diagnostic[] };

function leftOf(result: Validated): readonly Diagnostic[] {
  return 'left' in result ? result.left : [];
}

function refusalOf(violations: readonly Diagnostic[]): Error {
  const unauthorised = violations.find(({ code }) => code === 401);
  if (unauthorised !== undefined) return mocker.createUnauthorisedResponse((unauthorised as { tags?: string[] }).tags);
  return mocker.createUnprocessableEntityResponse(
    violations as Parameters<typeof mocker.createUnprocessableEntityResponse>[0],
  );
}

function judgeAnswer(operation: PrismOperation, { output, unjudged }: UpstreamAnswer): readonly Diagnostic[] {
  const found = outputDiagnostics(operation, output);
  if (unjudged === undefined) return found;
  const others = found.filter(({ path: place }) => place?.[0] !== 'body');
  return unjudged === '' ? others : [...others, notJudged(unjudged)];
}

function outputDiagnostics(operation: PrismOperation, output: IHttpResponse): readonly Diagnostic[] {
  try {
    return leftOf(validateOutput({ resource: operation, element: output }));
  } catch (thrown) {
    // A content type that is none: Prism's process ends at it.
    return [{ message: asError(thrown).message, severity: ERROR, path: ['header', 'content-type'] }];
  }
}

async function forward(engine: Engine, to: Destination, { input, bytes }: Asked): Promise<UpstreamAnswer> {
  const method = input.method.toUpperCase();
  if ((method === 'GET' || method === 'HEAD') && bytes !== undefined) throw bodyNotSupported();
  const url = urlOf(engine.options.upstream, input);
  const body: ForwardedRequest['body'] = bytes === undefined || Buffer.isBuffer(bytes) ? bytes : bytes.whole;
  const incoming = await engine.upstream.send({ url, method, headers: to.request.headers, body }, to.signal);
  if (incoming.statusCode === 501) {
    incoming.resume();
    throw ProblemJsonError.fromTemplate(forwarderProblems.UPSTREAM_NOT_IMPLEMENTED);
  }
  return await readAnswer(method, url, incoming);
}

function bodyNotSupported(): Error {
  return ProblemJsonError.fromTemplate(forwarderProblems.PROXY_UNSUPPORTED_REQUEST_BODY);
}

function isNotImplemented(thrown: unknown): boolean {
  return (
    asError(thrown).name === `https://stoplight.io/prism/errors#${forwarderProblems.UPSTREAM_NOT_IMPLEMENTED.type}`
  );
}

/** Below the upstream's own path; the query in Prism's spelling. */
function urlOf(upstream: URL, { url: { path: asked, query } }: IHttpRequest): URL {
  const url = new URL(upstream);
  url.pathname = path.posix.join(url.pathname, asked);
  url.search = toURLSearchParams(query).toString();
  return url;
}

/** Writes an answer as Prism's server does, and what it cannot write as it came. */
async function send(
  { options }: Engine,
  { response }: Destination,
  input: readonly Diagnostic[],
  { output, bytes }: UpstreamAnswer,
  judged: readonly Diagnostic[],
): Promise<Proxied> {
  const ours = reportsOf('response', judged);
  const header = violationsHeader([...reportsOf('request', input), ...ours]);
  if (header !== undefined) response.setHeader(VIOLATIONS_HEADER, header);
  const answerViolations = judged.filter(({ code }) => code !== NOT_JUDGED).map(violationOf);
  const notes = [...input, ...judged].filter(({ code }) => code === NOT_JUDGED).map(({ message }) => message);
  const result = { violations: [], answerViolations, notes, upstream: output };
  const refusing = options.errors ? ours : [];
  if (bytes === undefined || refusing.some(({ severity }) => severity === 'Error')) {
    if (bytes !== undefined && bytes !== 'none' && !Buffer.isBuffer(bytes)) bytes.giveUp();
    const problem = sendOutput(response, output, refusing);
    return { ...result, ...(problem === undefined ? {} : { problem }) };
  }
  const answerBody = await sendBytes(response, output, bytes);
  return { ...result, answerBody };
}

async function sendBytes(
  response: ServerResponse,
  { statusCode, headers = {} }: IHttpResponse,
  bytes: Buffer | LongBody | 'none',
): Promise<KeptBody | undefined> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = statusCode;
  if (bytes === 'none') {
    response.end();
    return undefined;
  }
  if (Buffer.isBuffer(bytes)) {
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
    return keptBody(bytes);
  }
  // What breaks now has begun as an answer: it ends where it broke, for the client to see.
  await pipeline(bytes.whole, response).catch(() => response.destroy());
  return cutBody(bytes);
}

function kept(bytes: Asked['bytes']): KeptBody | undefined {
  return bytes === undefined || Buffer.isBuffer(bytes) ? keptBody(bytes) : cutBody(bytes);
}

/** The beginning may end in the middle of a character. */
function cutBody({ start, sizeBytes }: LongBody): KeptBody {
  const isText = [0, 1, 2, 3].some((cut) => isUtf8(start.subarray(0, start.length - cut)));
  return { start, sizeBytes: sizeBytes(), isText };
}

async function sendMocked(engine: Engine, to: Destination, { input }: Asked): Promise<Proxied> {
  const mocked = await engine.mock(input);
  if (mocked instanceof Error) return failed(to, mocked);
  const { validations, output } = mocked;
  return await send(engine, to, validations.input, { output }, validations.output);
}

/** Without having asked the upstream. What is still to come of a long body is taken off the connection. */
function refuse({ response }: Destination, { bytes }: Asked, problem: Error): Proxied {
  sendProblem(response, problem);
  if (bytes !== undefined && !Buffer.isBuffer(bytes)) bytes.giveUp();
  return { ...NOTHING_WRONG, problem };
}

/** What came of asking the upstream, where that is no answer. */
function failed({ response }: Destination, problem: Error): Proxied {
  if (response.headersSent || response.destroyed) response.destroy();
  else sendProblem(response, problem);
  return { ...NOTHING_WRONG, problem };
}

/** A request that cannot be read, or a defect: the plain answer of Prism's server. */
function fail({ request, response }: Destination, thrown: unknown): Proxied {
  const problem = asError(thrown);
  if (response.headersSent || response.destroyed) response.destroy();
  else sendFailure(request, response, problem);
  return { ...NOTHING_WRONG, problem };
}
