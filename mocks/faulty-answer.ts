import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Contract } from '../contracts/index.ts';
import type { ApiKey } from './call.ts';
import { corsHeadersFor, isPreflight } from './cors.ts';
import { MAX_MS, type FaultRequest, type Firing, type SocketAction, type StreamAction } from './fault.ts';
import type { FaultAnswer } from './fault-answer.ts';
import { CapturedResponse } from './fault-capture.ts';
import { callerOf, type Caller } from './fault-consumer.ts';
import { describeMembers } from './fault-members.ts';
import type { FaultRule } from './fault-rule.ts';
import { OF_REQUESTS, type ActiveFault, type FaultRunner } from './fault-runner.ts';
import { openWire, type AnswerSource } from './fault-wire.ts';
import { NOTHING_WRONG, type Handled, type SentAnswer } from './handled.ts';
import type { MockEngine } from './mock-engine.ts';
import type { PrismRoute } from './prism-operations.ts';
import { hasBody, readBytes } from './request-body.ts';
import { readTarget } from './request-target.ts';
import { createRouteIndex, type RouteIndex } from './route-index.ts';

/** What has to be known of the service that a request is for. */
interface FaultyService {
  readonly name: string;
  readonly engine: MockEngine;
  readonly apiKeys: readonly ApiKey[];
  readonly contract: Pick<Contract, 'operations' | 'document'>;
  operationIdOf(route: PrismRoute): string | undefined;
}

/** One request on its way. */
export interface FaultyRequest {
  readonly service: FaultyService;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query within the service. */
  readonly target: string;
  /** Subject of the certificate that was shown over TLS. */
  readonly client: string | undefined;
  /** Answers carry CORS headers. */
  readonly cors: boolean;
}

/** What follows on a connection that a fault has ended is never answered. */
const ended = new WeakSet<object>();
const indices = new WeakMap<MockEngine, RouteIndex>();

/** Answers a request, with the faults that are on for it. Where none fires, the engine itself writes to the client. */
export function answerFaulty(runner: FaultRunner, asked: FaultyRequest): Handled | Promise<Handled> {
  const { service, request, response, target } = asked;
  if (ended.has(request.socket)) return NOTHING_WRONG;
  if (isPreflight(request)) return service.engine.handle(request, response, target);
  const route = routeOf(service.engine, request, target);
  const caller = callerOf(request, service.apiKeys, asked.client);
  const known = describe(asked, route, caller);
  const fired = (runner.active ?? []).filter((active) => fires(active, { asked, known, caller }, runner));
  const changed = (runner.active ?? []).flatMap(({ action }) =>
    action.on === 'request' && action.afterwards?.isFor(known) === true ? [action.afterwards] : [],
  );
  if (fired.length === 0 && changed.length === 0) return service.engine.handle(request, response, target);
  for (const active of fired) runner.note(active, known);
  const change = (answer: FaultAnswer): FaultAnswer => changed.reduce((now, each) => each.change(now, known), answer);
  return runner.track(perform(runner, { asked, known, fired, route, change }));
}

function routeOf(engine: MockEngine, { method = 'GET' }: IncomingMessage, target: string): PrismRoute | undefined {
  const index = indices.get(engine) ?? createRouteIndex(engine.routes);
  indices.set(engine, index);
  try {
    const { path, baseUrl } = readTarget(target);
    const route = index.find(method.toLowerCase(), path, baseUrl);
    return route instanceof Error ? undefined : route;
  } catch {
    return undefined;
  }
}

function describe(
  { service, request, target }: FaultyRequest,
  route: PrismRoute | undefined,
  caller: Caller,
): FaultRequest {
  const { method = 'GET', url = '/', headers } = request;
  const operationId = route === undefined ? undefined : service.operationIdOf(route);
  return {
    method,
    target,
    url,
    headers,
    operationId,
    credential: caller.credential,
    connection: request.socket,
    isTls: 'encrypted' in request.socket,
    isHttp2: request.httpVersionMajor === 2,
    membersOf: (status) => describeMembers(service.contract, operationId, status),
  };
}

interface Meeting {
  readonly asked: FaultyRequest;
  readonly known: FaultRequest;
  readonly caller: Caller;
}

/** Only requests that the rule is about are counted. */
function fires({ action, rule, selector }: ActiveFault, meeting: Meeting, runner: FaultRunner): boolean {
  if (action.on === 'connection' || action.on === 'delivery' || !isAbout(rule, meeting, runner)) return false;
  const isHttp2 = meeting.asked.request.httpVersionMajor === 2;
  if ((action.on === 'stream' && !isHttp2) || (action.on === 'socket' && isHttp2)) return false;
  if (action.on === 'listener' && !OF_REQUESTS.some((name) => rule[name] !== undefined)) return false;
  const clockMs = clockOf(runner)();
  if ('isFor' in action && action.isFor !== undefined && !action.isFor(meeting.known, clockMs)) return false;
  return selector.fires(clockMs);
}

function isAbout(rule: FaultRule, { asked, known, caller }: Meeting, runner: FaultRunner): boolean {
  if (rule.service !== undefined && rule.service !== asked.service.name) return false;
  if (rule.operation !== undefined && !rule.operation.includes(known.operationId ?? '')) return false;
  return rule.consumer === undefined || isCaller(caller, rule.consumer, runner);
}

/** Shorter, the beginning of a digest might be several people's. */
const DIGEST = /^sha256:[0-9a-f]{8,64}$/;

function isCaller({ credential, names }: Caller, consumer: string, { settings }: FaultRunner): boolean {
  if (names.includes(consumer)) return true;
  if (credential === undefined) return false;
  return settings.ownerOf?.(credential) === consumer || (DIGEST.test(consumer) && credential.startsWith(consumer));
}

function clockOf({ settings }: FaultRunner): () => number {
  return settings.clockMs ?? (() => performance.now());
}

interface Plan {
  readonly asked: FaultyRequest;
  readonly known: FaultRequest;
  readonly fired: readonly ActiveFault[];
  readonly route: PrismRoute | undefined;
  readonly change: (answer: FaultAnswer) => FaultAnswer;
}

async function perform(runner: FaultRunner, plan: Plan): Promise<Handled> {
  const { asked, fired, route, change } = plan;
  const { gone, forget } = watchClient(asked.request, runner.signal);
  const firingOf = ({ selector }: ActiveFault): Firing => firing(runner, plan, selector.random, gone);
  let handled: Handled = { ...NOTHING_WRONG, ...(route === undefined ? {} : { route }) };
  let { request } = asked;
  const answer = once(async (): Promise<FaultAnswer> => {
    const made = await makeAnswer({ ...asked, request }, fired, firingOf);
    handled = made.handled ?? { ...handled, ...(made.body === undefined ? {} : { body: made.body }) };
    let now = change(made.answer);
    for (const active of fired) {
      if (active.action.on === 'answer') now = await active.action.change(now, firingOf(active));
    }
    return now;
  });
  const sent = await unlessGone(
    gone,
    async () => await send(runner, plan, { answer, resupply: (copy) => (request = copy) }, firingOf),
  ).finally(forget);
  return { ...handled, sent: sent ?? NOTHING_SENT, faults: fired.map(({ fault }) => fault.id) };
}

const NOTHING_SENT: SentAnswer = { status: 0, headers: [], body: undefined };

/** A client that is gone, or a mock that is closed, ends whatever a fault is about to do. */
async function unlessGone<T>(gone: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (gone.aborted) return undefined;
    throw thrown;
  }
}

interface ClientWatch {
  /** The client has gone, or the mock is closed. */
  readonly gone: AbortSignal;
  readonly forget: () => void;
}

function watchClient(request: IncomingMessage, closed: AbortSignal): ClientWatch {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const connection: NodeJS.EventEmitter = streamOf(request) ?? request.socket;
  connection.once('close', abort);
  closed.addEventListener('abort', abort, { once: true });
  if (closed.aborted) abort();
  const forget = (): void => {
    connection.off('close', abort);
    closed.removeEventListener('abort', abort);
  };
  return { gone: controller.signal, forget };
}

/** Of HTTP/2, behind its compatibility API. */
function streamOf(request: IncomingMessage): ServerHttp2Stream | undefined {
  return (request as { readonly stream?: ServerHttp2Stream }).stream;
}

function firing(runner: FaultRunner, { known }: Plan, random: Firing['random'], gone: AbortSignal): Firing {
  return {
    request: known,
    random,
    nowMs: runner.settings.nowMs ?? Date.now,
    clockMs: clockOf(runner),
    wait: async (durationMs) => await wait(Math.min(durationMs, MAX_MS), undefined, { signal: gone }),
  };
}

interface Made {
  readonly answer: FaultAnswer;
  /** Set where the operation was applied. */
  readonly handled?: Handled;
  /** Of the request, where it was not. */
  readonly body?: Buffer | string | undefined;
}

/** The first fault that answers by itself keeps the operation from being applied. */
async function makeAnswer(
  { service, request, target, cors }: FaultyRequest,
  fired: readonly ActiveFault[],
  firingOf: (active: ActiveFault) => Firing,
): Promise<Made> {
  for (const active of fired) {
    if (active.action.on !== 'request') continue;
    const body = hasBody(request) ? await readBytes(request).catch(() => undefined) : undefined;
    const answer = await active.action.answer(firingOf(active));
    return { answer: cors ? withCors(answer, request) : answer, body };
  }
  const response = new CapturedResponse(request);
  const handled = await service.engine.handle(request, response, target);
  return { answer: response.answer, handled };
}

function withCors(answer: FaultAnswer, request: IncomingMessage): FaultAnswer {
  const names = corsHeadersFor(request);
  const headers: [name: string, value: string][] = [];
  for (let at = 0; at < names.length; at += 2) headers.push([names[at] ?? '', names[at + 1] ?? '']);
  return { ...answer, headers: [...headers, ...answer.headers] };
}

async function send(
  runner: FaultRunner,
  { asked, fired }: Plan,
  source: AnswerSource,
  firingOf: (active: ActiveFault) => Firing,
): Promise<SentAnswer> {
  for (const active of fired) {
    const { action } = active;
    if (action.on === 'socket') return await sendRaw(asked, action, source, firingOf(active));
    if (action.on === 'stream') return await sendFrames(asked, action, source.answer, firingOf(active));
  }
  const answer = await source.answer();
  // A client that has its answer may be gone before we are told that it was sent.
  const { localPort } = asked.request.socket;
  for (const { action } of fired) {
    if (action.on === 'listener') asked.response.once('finish', () => runner.rest(localPort, action.windowMs));
  }
  return sendWhole(asked, answer);
}

async function sendRaw(
  { request, response }: FaultyRequest,
  action: SocketAction,
  source: AnswerSource,
  firing: Firing,
): Promise<SentAnswer> {
  const wire = await openWire(request, response, source);
  ended.add(request.socket);
  try {
    await action.send(wire, firing);
  } catch (thrown) {
    if (!request.socket.destroyed && !isAbort(thrown)) throw thrown;
  } finally {
    request.socket.destroySoon();
  }
  return wire.sent();
}

function isAbort(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'AbortError';
}

async function sendFrames(
  { request }: FaultyRequest,
  action: StreamAction,
  answer: () => Promise<FaultAnswer>,
  firing: Firing,
): Promise<SentAnswer> {
  const stream = streamOf(request);
  if (stream !== undefined) await action.send(stream, answer, firing);
  const status = Number(stream?.sentHeaders?.[':status'] ?? 0);
  return { status, headers: [], body: undefined };
}

/** Headers that HTTP/2 knows nothing of (RFC 9113 §8.2.2). */
const HTTP1_ONLY = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection']);

function sendWhole({ request, response }: FaultyRequest, { status, headers, body }: FaultAnswer): SentAnswer {
  const isHttp2 = request.httpVersionMajor === 2;
  const lines = headers.filter(([name]) => !isHttp2 || !HTTP1_ONLY.has(name.toLowerCase()));
  if (isHttp2) writeHttp2Head(response, status, lines);
  else response.writeHead(status, lines.flat());
  // What an answer to HEAD, a 204 or a 304 has besides its head is not sent.
  const isWithBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  if (isWithBody) response.end(body);
  else response.end();
  return { status, headers: lines.flat(), body: isWithBody ? body : undefined };
}

function writeHttp2Head(response: ServerResponse, status: number, lines: FaultAnswer['headers']): void {
  const joined: OutgoingHttpHeaders = {};
  for (const [name, value] of lines) {
    const before = joined[name.toLowerCase()];
    joined[name.toLowerCase()] = before === undefined ? value : [before, value].flat().map(String);
  }
  response.writeHead(status, joined);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}
