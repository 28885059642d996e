import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { keptBody, type Call } from './call.ts';
import { sendProblem, sendServices, sendUnknownService, serviceTable, type ServiceTable } from './catalogue.ts';
import { pathOf } from './path-of.ts';
import type { Handled } from './handled.ts';
import { explainRefusal } from './refusal.ts';
import type { RunningService } from './service.ts';
import type { Remarks, TrafficLog } from './traffic-log.ts';
import type { RecordedResponse } from './web-server.ts';

/** Takes the requests that come in on one port, and sees that each is answered. */
export interface Reception {
  /** From now on these answer; requests that are on their way are answered by the old ones. */
  readonly replace: (services: readonly RunningService[]) => void;
  readonly handle: (request: IncomingMessage, response: RecordedResponse, client?: string) => void;
}

export interface ReceptionSettings {
  /** Of the workspace, for the lines of a refusal. */
  readonly root: string;
  readonly urlBytes: number;
  /** Of the server. */
  readonly origin: () => string;
  readonly log: Pick<TrafficLog, 'isRefusalShown' | 'warn'>;
  /** A request was answered, or its client is gone. */
  readonly note: (call: Call, remarks: Remarks) => void;
}

export function createReception(settings: ReceptionSettings): Reception {
  let table = serviceTable<RunningService>([]);
  return {
    replace: (services) => {
      table = serviceTable(services);
    },
    handle: (request, response, client) => {
      const arrival = { request, response, client, startedAtMs: Date.now(), start: performance.now() };
      try {
        const answered = answer(table, settings, request, response);
        // Most requests are answered by now: they are spared the promise.
        if (answered instanceof Promise) void noteLater(answered, arrival, settings);
        else note(answered, arrival, settings);
      } catch (thrown) {
        fail(arrival, settings, thrown);
      }
    },
  };
}

async function noteLater(answered: Promise<Answered>, arrival: Arrival, settings: ReceptionSettings): Promise<void> {
  try {
    note(await answered, arrival, settings);
  } catch (thrown) {
    fail(arrival, settings, thrown);
  }
}

/** A defect of ours must not end the mocks for everyone. */
function fail({ request, response }: Arrival, { log }: ReceptionSettings, thrown: unknown): void {
  const [path = ''] = (request.url ?? '').split('?', 1);
  log.warn(`${request.method} ${path}  failed\n  ${String(thrown)}`);
  response.destroy();
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: RecordedResponse;
  readonly client: string | undefined;
  readonly startedAtMs: number;
  /** On the clock that never jumps. */
  readonly start: number;
}

/** What came of a request. */
interface Answered {
  readonly service?: RunningService;
  readonly handled?: Handled;
  readonly refused: boolean;
  readonly reasons?: () => readonly string[];
}

function answer(
  table: ServiceTable<RunningService>,
  { root, urlBytes }: ReceptionSettings,
  request: IncomingMessage,
  response: RecordedResponse,
): Answered | Promise<Answered> {
  const target = pathOf(request.url ?? '/');
  if (target.length > urlBytes) return answerTooLong(response, urlBytes);
  const found = table.find(target);
  if (found === undefined) return answerCatalogue(table, target, request, response);
  const { service, rest } = found;
  const handled = service.engine.handle(request, response, rest);
  const judge = (done: Handled): Answered => judged(done, service, root, request.method ?? '', rest);
  return handled instanceof Promise ? handled.then(judge) : judge(handled);
}

function answerTooLong(response: RecordedResponse, urlBytes: number): Answered {
  const why = `the URL is longer than ${urlBytes} bytes`;
  sendProblem(response, 414, 'URI Too Long', `T${why.slice(1)}.`);
  return { refused: true, reasons: () => [why] };
}

function answerCatalogue(
  { services }: ServiceTable<RunningService>,
  target: string,
  { method }: IncomingMessage,
  response: RecordedResponse,
): Answered {
  if (target === '/' && (method === 'GET' || method === 'HEAD')) {
    sendServices(response, services);
    return { refused: false };
  }
  const why = sendUnknownService(response, services, target);
  return { refused: true, reasons: () => [why] };
}

function judged(handled: Handled, service: RunningService, root: string, method: string, target: string): Answered {
  if (!isRefused(handled)) return { service, handled, refused: false };
  const { contract, engine } = service;
  const pathname = target.split('?', 1)[0] ?? target;
  const reasons = (): readonly string[] =>
    explainRefusal(root, { contract, routes: engine.routes, method, pathname, handled });
  return { service, handled, refused: true, reasons };
}

/** Refused is what the client did wrong, not every 4xx: `Prefer: code=404` gets what it asks for. */
function isRefused({ problem, violations }: Handled): boolean {
  return problem !== undefined || violations.some(({ severity }) => severity === 'error');
}

function note(answered: Answered, arrival: Arrival, { origin, log, note: tell }: ReceptionSettings): void {
  const { service, handled, refused, reasons } = answered;
  const { request, response, client, startedAtMs, start } = arrival;
  const route = handled?.route;
  const call: Call = {
    origin: origin(),
    method: request.method ?? '',
    target: request.url ?? '/',
    headers: request.headers,
    body: keptBody(handled?.body),
    status: response.writableEnded ? response.statusCode : 0,
    answerHeaders: handled?.sent?.headers ?? response.getHeaders(),
    answerBody: keptBody(handled?.sent?.body ?? response.sentBody),
    startedAtMs,
    durationMs: performance.now() - start,
    refused,
    service: service?.index,
    operationId: route === undefined ? undefined : service?.operationIdOf(route),
    apiKeys: service?.apiKeys ?? [],
    client,
  };
  const warned = handled === undefined ? NO_REMARKS : warningsOf(handled);
  const isExplained = refused && log.isRefusalShown && reasons !== undefined;
  tell(call, isExplained ? { ...warned, reasons: reasons() } : warned);
}

const NO_REMARKS: Remarks = {};

function warningsOf(handled: Handled): Remarks {
  const { answerViolations, refusedCallbacks } = handled;
  if (answerViolations.length === 0 && refusedCallbacks.length === 0) return NO_REMARKS;
  const broken = brokenAnswer(handled);
  return refusedCallbacks.length === 0 ? broken : { warnings: [...(broken.warnings ?? []), ...unsent(handled)] };
}

/** By the violations of an answer, which is remembered with them: GitHub's examples have hundreds. */
const brokenAnswers = new WeakMap<Handled['answerViolations'], Remarks>();

function brokenAnswer(handled: Handled): Remarks {
  const { answerViolations } = handled;
  const known = brokenAnswers.get(answerViolations);
  if (known !== undefined) return known;
  const remarks = {
    warnings: answerViolations.map(
      ({ path, message }) =>
        `${operationOf(handled)}: the mock's own answer breaks the contract: ${path.join('.')} ${message}`,
    ),
  };
  brokenAnswers.set(answerViolations, remarks);
  return remarks;
}

function unsent(handled: Handled): readonly string[] {
  return handled.refusedCallbacks.map(
    (url) =>
      `${operationOf(handled)}: the callback to ${url || 'an empty address'} was not sent, mocks call this machine only`,
  );
}

function operationOf({ route }: Handled): string {
  return `${route?.method.toUpperCase()} ${route?.path}`;
}
