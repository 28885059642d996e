import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createInstance,
  ProblemJsonError,
  VIOLATIONS,
  type IHttpMockConfig,
  type IHttpRequest,
  type IHttpResponse,
  type PrismHttpComponents,
  type PrismHttpInstance,
} from '@stoplight/prism-http';
import mocker from '@stoplight/prism-http/dist/mocker/index.js';
import router from '@stoplight/prism-http/dist/router/index.js';
import { validateInput, validateSecurity } from '@stoplight/prism-http/dist/validator/index.js';
import { getHttpConfigFromRequest } from '@stoplight/prism-http-server/dist/getHttpConfigFromRequest.js';
import { serialize } from '@stoplight/prism-http-server/dist/serialize.js';
import micri from 'micri';
import typeIs from 'type-is';
import type { JsonObject } from '../contracts/index.ts';
import type { MockOptions } from './mock-options.ts';
import { sendCallbacks } from './prism-callbacks.ts';
import { prepareGenerator } from './prism-generator.ts';
import type { PrismDocument, PrismOperation, PrismRoute } from './prism-operations.ts';
import { SEVERITIES, violationOf, type Diagnostic, type Violation } from './violation.ts';

/** What came of one request, besides the answer that has been sent. */
export interface Handled {
  readonly route?: PrismRoute;
  /** Of the request. */
  readonly violations: readonly Violation[];
  /** Of the answer, which is then the contract's own fault. */
  readonly answerViolations: readonly Violation[];
  /** Why there was no answer out of the contract. */
  readonly problem?: Error;
  /** The body as far as it was read. */
  readonly body?: Buffer | string;
  /** Callback addresses that were not called. */
  readonly refusedCallbacks: readonly string[];
}

/** One document's answers. */
export interface PrismEngine {
  readonly routes: readonly PrismRoute[];
  /** Answers a request for `target` (path and query). Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, target: string): Promise<Handled>;
}

/** What is noted about a request on its way through Prism's components. */
interface Trace {
  route?: PrismRoute;
  readonly violations: Violation[];
  answerViolations: readonly Violation[];
  problem?: Error;
  refusedCallbacks: readonly string[];
}

type Logger = PrismHttpComponents['logger'];

/** Bundled in a way that hides its names from `import`. */
const { buffer, json, MicriError, send, sendError, text } = micri;

const BODY_LIMIT = '10mb';
/** A violations header longer than this is cut, so that clients with 8 KiB for all headers can read it. */
const VIOLATIONS_HEADER_LENGTH = 8 * 1024 - 100;

export function createPrismEngine(document: PrismDocument, options: MockOptions, logger: Logger): PrismEngine {
  const traces = new WeakMap<IHttpRequest, Trace>();
  const config = configOf(options);
  const generator: JsonObject = {
    ...document.generator,
    ...(options.fillProperties === undefined ? {} : { fillProperties: options.fillProperties }),
  };
  const prism = createInstance(config, components(document, generator, traces, logger));
  return {
    routes: document.routes,
    handle: async (request, response, target) => {
      const trace: Trace = { violations: [], answerViolations: [], refusedCallbacks: [] };
      try {
        await answer(request, response, target, { prism, config, options, trace, traces });
      } catch (thrown) {
        trace.problem = thrown instanceof Error ? thrown : new Error(String(thrown));
        sendFailure(request, response, trace.problem);
      }
      const body = await bytesOf(request);
      return body === undefined ? trace : { ...trace, body };
    },
  };
}

/** Prism's settings as its command sets them. */
function configOf(options: MockOptions): IHttpMockConfig {
  const { dynamic, ignoreExamples, seed, errors } = options;
  return {
    isProxy: false,
    validateRequest: true,
    validateResponse: true,
    checkSecurity: true,
    errors,
    upstreamProxy: undefined,
    mock: { dynamic, ignoreExamples, ...(seed === undefined ? {} : { seed }) },
  };
}

/** Prism's own components, with ears. */
function components(
  document: PrismDocument,
  generator: JsonObject,
  traces: WeakMap<IHttpRequest, Trace>,
  logger: Logger,
): Partial<PrismHttpComponents> & { logger: Logger } {
  const resources = document.routes.map(resourceOf);
  return {
    logger,
    route: ({ input }) => {
      const found = router.default({ resources, input });
      if ('left' in found) return found;
      const route = document.routes[resources.indexOf(found.right)];
      const trace = traces.get(input);
      if (route === undefined) return found;
      if (trace !== undefined) trace.route = route;
      return attempt(() => route.operation());
    },
    validateInput: (options) => noted(traces, options.element, validateInput(options)),
    validateSecurity: ({ resource, element }) => {
      const result = noted(traces, element, validateSecurity({ resource, element }));
      return 'left' in result ? result : { ...result, right: element };
    },
    mock: ({ resource, input, config }) => {
      if (config.dynamic) prepareGenerator(generator);
      const { callbacks, ...silent } = resource;
      const run = mocker.default({ resource: callbacks === undefined ? resource : silent, input, config });
      if (callbacks === undefined) return run;
      return (logger) => {
        const result = run(logger);
        const trace = traces.get(input.data);
        if ('right' in result && trace !== undefined) {
          trace.refusedCallbacks = sendCallbacks(resource, input.data, result.right, logger);
        }
        return result;
      };
    },
  };
}

/** What the router reads of an operation: servers only where the client names one by `__server`. */
function resourceOf(route: PrismRoute): PrismOperation {
  const resource = {
    method: route.method,
    path: route.path,
    get servers() {
      return route.operation().servers;
    },
  };
  return resource as PrismOperation;
}

function attempt<T>(run: () => T): { _tag: 'Right'; right: T } | { _tag: 'Left'; left: Error } {
  try {
    return { _tag: 'Right', right: run() };
  } catch (thrown) {
    return { _tag: 'Left', left: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
}

type Validated = { readonly _tag: 'Right' } | { readonly _tag: 'Left'; readonly left: readonly Diagnostic[] };

function noted<T extends Validated>(traces: WeakMap<IHttpRequest, Trace>, request: IHttpRequest, result: T): T {
  if ('left' in result) traces.get(request)?.violations.push(...result.left.map(violationOf));
  return result;
}

interface Tools {
  readonly prism: PrismHttpInstance;
  readonly config: IHttpMockConfig;
  readonly options: MockOptions;
  readonly trace: Trace;
  readonly traces: WeakMap<IHttpRequest, Trace>;
}

/** As prism-http-server's handler, step for step: what is set on the answer before an error stays on it. */
async function answer(request: IncomingMessage, response: ServerResponse, target: string, tools: Tools): Promise<void> {
  const { options, trace, traces } = tools;
  if (options.cors) setCorsHeaders(request, response);
  if (options.cors && isPreflight(request)) return sendPreflight(request, response);
  const input = inputOf(request, target, await readBody(request));
  traces.set(input, trace);
  const result = await ask(input, tools);
  const failure = result instanceof Error ? result : sendAnswer(response, result, tools);
  if (failure === undefined) return;
  trace.problem = failure;
  sendProblem(response, failure);
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && !!headers.origin && !!headers['access-control-request-method'];
}

function setCorsHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', headers.origin || '*');
  response.setHeader('Access-Control-Allow-Headers', headers['access-control-request-headers'] || '*');
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Expose-Headers', headers['access-control-expose-headers'] || '*');
}

function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', headers['access-control-request-method'] ?? '');
  response.setHeader('Vary', 'origin');
  response.setHeader('Content-Length', '0');
  send(response, 204);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!hasBody(request)) return null;
  if (typeIs(request, ['application/json', 'application/*+json']) !== false) {
    return await json(request, { limit: BODY_LIMIT });
  }
  return await text(request, { limit: BODY_LIMIT });
}

function hasBody({ headers }: IncomingMessage): boolean {
  if (headers['content-length'] === '0') return false;
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** What `readBody` read: micri remembers it. */
async function bytesOf(request: IncomingMessage): Promise<Buffer | string | undefined> {
  if (!request.complete || !hasBody(request)) return undefined;
  return await buffer(request, { limit: BODY_LIMIT }).catch(() => undefined);
}

function inputOf(request: IncomingMessage, target: string, body: unknown): IHttpRequest {
  const { searchParams, pathname } = new URL(target, 'http://example.com');
  const baseUrl = searchParams.get('__server');
  return {
    method: (request.method ?? 'get').toLowerCase() as IHttpRequest['method'],
    url: { path: pathname, ...(baseUrl ? { baseUrl } : {}), query: queryOf(searchParams) },
    headers: request.headers as Record<string, string>,
    body,
  };
}

function queryOf(searchParams: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const key of searchParams.keys()) {
    const [first, ...more] = searchParams.getAll(key);
    query[key] = more.length === 0 ? (first ?? '') : [first ?? '', ...more];
  }
  return query;
}

interface PrismAnswer {
  readonly output: IHttpResponse;
  readonly validations: { readonly input: readonly Diagnostic[]; readonly output: readonly Diagnostic[] };
}

async function ask(input: IHttpRequest, { prism, config }: Tools): Promise<PrismAnswer | Error> {
  const preferred = getHttpConfigFromRequest(input);
  if ('left' in preferred) return preferred.left;
  const told = Object.fromEntries(Object.entries(preferred.right).filter(([, value]) => value !== undefined));
  // A fresh object for each request: Prism writes the accepted media types into it. The routes are our router's.
  const result = await prism.request(input, [], { ...config, mock: { ...config.mock, ...told } })();
  return 'right' in result ? result.right : result.left;
}

/** @returns why there is no such answer, if so */
function sendAnswer(response: ServerResponse, answer: PrismAnswer, { options, trace }: Tools): Error | undefined {
  const { output, validations } = answer;
  trace.answerViolations = validations.output.map(violationOf);
  const reports = [
    ...validations.input.map((violation) => reportOf('request', violation)),
    ...validations.output.map((violation) => reportOf('response', violation)),
  ];
  if (reports.length > 0) response.setHeader('sl-violations', violationsHeader(reports));
  const ours = reports.filter(({ location, severity }) => location[0] === 'response' && severity === 'Error');
  if (options.errors && ours.length > 0) return violationsProblem(ours);
  const sent = attempt(() => {
    for (const [name, value] of Object.entries(output.headers ?? {})) response.setHeader(name, value);
    send(response, output.statusCode, serialize(output.body, response.getHeader('content-type') as string));
  });
  return 'left' in sent ? sent.left : undefined;
}

interface ViolationReport {
  readonly location: readonly string[];
  readonly severity: string;
  readonly code: string | number | undefined;
  readonly message: string;
}

function reportOf(side: string, diagnostic: Diagnostic): ViolationReport {
  const { path = [], severity, code, message } = diagnostic;
  return { location: [side, ...path], severity: SEVERITIES[severity] ?? '', code, message };
}

function violationsHeader(reports: readonly ViolationReport[]): string {
  const value = JSON.stringify(reports);
  if (value.length <= VIOLATIONS_HEADER_LENGTH) return value;
  return `Too many violations! ${value.slice(0, VIOLATIONS_HEADER_LENGTH)}`;
}

function violationsProblem(validation: readonly ViolationReport[]): Error {
  const detail =
    'Your request/response is not valid and the --errors flag is set, so Prism is generating this error for you.';
  return ProblemJsonError.fromTemplate(VIOLATIONS, detail, { validation });
}

function sendProblem(response: ServerResponse, problem: Error): void {
  if (response.writableEnded) return;
  const { additional, status } = problem as Partial<ProblemJsonError>;
  response.setHeader('content-type', 'application/problem+json');
  const headers = additional?.['headers'];
  if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  }
  send(response, status ?? 500, JSON.stringify(ProblemJsonError.toProblemJson(problem)));
}

/** A path like `/items/%zz`, which ends Prism's process. */
function malformedEncoding(): Error {
  const title = 'Malformed percent-encoding';
  return ProblemJsonError.fromTemplate({ type: 'MALFORMED_PATH', title, status: 400 }, 'The path cannot be decoded.');
}

/** A body that cannot be read, or a failure that neither Prism nor we foresaw: the answer of Prism's HTTP server. */
function sendFailure(request: IncomingMessage, response: ServerResponse, error: Error): void {
  if (response.writableEnded) return;
  if (error.name === 'URIError') return sendProblem(response, malformedEncoding());
  // Anything but a MicriError would be printed to the console as it is.
  const known =
    error instanceof MicriError ? error : new MicriError(500, 'internal_server_error', 'Internal Server Error');
  sendError(request, response, known);
}
