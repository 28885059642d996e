import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { RefusalReason } from '../contracts/index.ts';
import { keptBody, type Call } from './call.ts';
import { sendProblem, sendServices, sendUnknownService, serviceTable, type ServiceTable } from './catalogue.ts';
import { pathOf } from './path-of.ts';
import type { Handled } from './handled.ts';
import { explainRefusal, sentenceOf, type RefusedRequest } from './refusal.ts';
import type { RunningService } from './service.ts';
import type { Remarks, TrafficLog } from './traffic-log.ts';
import { wallClockMs } from './wall-clock.ts';
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
      const start = performance.now();
      const arrival = { request, response, client, startedAtMs: wallClockMs(start), start };
      try {
        const answered = answer(table, settings, request, response);
        // Most requests are answered by now: they are spared the promise.
        if (answered instanceof Promise) answered.then((later) => note(later, arrival, settings)).catch(fail);
        else note(answered, arrival, settings);
      } catch (thrown) {
        fail(thrown);
      }
      // A defect of ours must not end the mocks for everyone.
      function fail(thrown: unknown): void {
        const [path = ''] = (request.url ?? '').split('?', 1);
        settings.log.warn(`${request.method} ${path}  failed\n  ${String(thrown)}`);
        response.destroy();
      }
    },
  };
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
  readonly reasons?: () => readonly RefusalReason[];
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
  return { refused: true, reasons: () => [{ message: why }] };
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
  return { refused: true, reasons: () => [{ message: why }] };
}

function judged(handled: Handled, service: RunningService, root: string, method: string, target: string): Answered {
  if (!isRefused(handled)) return { service, handled, refused: false };
  const { contract, engine } = service;
  const pathname = target.split('?', 1)[0] ?? target;
  // Without the body: the journal keeps this for as long as the exchange.
  const { route, violations, problem } = handled;
  const kept = { violations, ...(route === undefined ? {} : { route }), ...(problem === undefined ? {} : { problem }) };
  const reasons = explainedOnce(root, { contract, routes: engine.routes, method, pathname, handled: kept });
  return { service, handled, refused: true, reasons };
}

/** For the log, the journal, or nobody. */
function explainedOnce(root: string, request: RefusedRequest): () => readonly RefusalReason[] {
  let reasons: readonly RefusalReason[] | undefined;
  return () => (reasons ??= explainRefusal(root, request));
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
    serviceName: service?.label,
    operationId: route === undefined ? undefined : service?.operationIdOf(route),
    apiKeys: service?.apiKeys ?? [],
    client,
    reasons: refused ? reasons : undefined,
  };
  tell(call, {
    ...(refused && log.isRefusalShown && reasons !== undefined ? { reasons: reasons().map(sentenceOf) } : {}),
    ...(handled === undefined ? {} : warningsOf(handled)),
  });
}

function warningsOf({ route, answerViolations, refusedCallbacks }: Handled): Remarks {
  if (answerViolations.length === 0 && refusedCallbacks.length === 0) return {};
  const operation = `${route?.method.toUpperCase()} ${route?.path}`;
  return {
    warnings: [
      ...answerViolations.map(
        ({ path, message }) => `${operation}: the mock's own answer breaks the contract: ${path.join('.')} ${message}`,
      ),
      ...refusedCallbacks.map(
        (url) =>
          `${operation}: the callback to ${url || 'an empty address'} was not sent, mocks call this machine only`,
      ),
    ],
  };
}
