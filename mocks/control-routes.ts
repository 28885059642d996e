import { TallyError, type Exchange, type RunContext } from '../contracts/index.ts';
import { controlProblem } from './control-problem.ts';
import type { ControlAnswer, ControlRequest, ControlRoute, ControlSection } from './control-section.ts';
import { curlOf, requestToTry } from './curl-line.ts';
import { summaryOf } from './exchange-summary.ts';
import { toHar } from './har.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { queryJournal, type JournalQuery } from './journal-query.ts';
import { usageOf } from './journal-usage.ts';
import type { MockServer, MockService } from './mock-server.ts';
import { nearestRequest } from './nearest-request.ts';
import { sourceExcerpt } from './source-excerpt.ts';
import { tryRequest } from './try-request.ts';

/** What the control API looks at. */
export interface ControlSubject {
  readonly mocks: Pick<MockServer, 'services' | 'journal'>;
  readonly context: Pick<RunContext, 'workspace' | 'redactor'>;
  /** Our own, for the HAR's creator. */
  readonly toolVersion: string;
  readonly sections: readonly ControlSection[];
}

/** All routes of the control API but the stream of events, those of the sections included. */
export function controlRoutes(subject: ControlSubject): readonly ControlRoute[] {
  const { mocks, sections, toolVersion } = subject;
  const { journal } = mocks;
  const get = (path: string, summary: string, handle: ControlRoute['handle']): ControlRoute => {
    return { method: 'GET', path, summary, handle };
  };
  return [
    get('/services', 'What is mocked', () => ok({ services: mocks.services.map(listed), counts: journal.counts })),
    get('/operations', 'What can be called', ({ query }) => ok({ operations: operationsOf(mocks, query) })),
    get('/example', 'A request to try', ({ query }) => exampleOf(mocks, query)),
    get('/exchanges', 'What was called, newest first', ({ query }) => exchangesOf(journal, query)),
    get('/exchanges/{id}', 'One exchange', async ({ params }) => await exchangeOf(subject, params['id'] ?? '')),
    get('/usage', 'Who called what', () => ok({ usage: usageOf(journal.entries()) })),
    get('/har', 'The exchanges as HAR 1.2', () => ({
      ...ok(toHar(journal.exchanges, toolVersion)),
      headers: { 'content-disposition': 'attachment; filename="tally-mock.har"' },
    })),
    get('/sections', 'What else can be controlled', () => ok({ sections: sections.map(listedSection) })),
    {
      method: 'POST',
      path: '/try',
      summary: 'Sends a request to the mocks',
      handle: async (request) => await tried(subject, request),
    },
    ...sections.flatMap(({ id, routes }) => routes.map((route) => ({ ...route, path: `/${id}${route.path}` }))),
  ];
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function listed({ name, version, title, url, operations, contract }: MockService): object {
  return { name, version, title, url, operations, source: contract.source, specification: contract.specification };
}

function listedSection({ id, title, routes }: ControlSection): object {
  return { id, title, routes: routes.map(({ method, path, summary }) => ({ method, path: `/${id}${path}`, summary })) };
}

function operationsOf({ services }: ControlSubject['mocks'], query: URLSearchParams): readonly object[] {
  const [name, version] = [query.get('service'), query.get('version')];
  const wanted = services.filter(
    (each) => (name === null || each.name === name) && (version === null || each.version === version),
  );
  return wanted.flatMap((service) =>
    service.contract.operations.map(({ id, method, path, summary, deprecated, where: { source, line } }) => ({
      service: service.name,
      version: service.version,
      id,
      method: method.toUpperCase(),
      path,
      ...(summary === undefined ? {} : { summary }),
      deprecated,
      where: { source, line },
    })),
  );
}

function exampleOf({ services }: ControlSubject['mocks'], query: URLSearchParams): ControlAnswer {
  const [name, version, id] = [query.get('service'), query.get('version'), query.get('operation')];
  const service = services.find((each) => each.name === name && each.version === version);
  const operation = service?.contract.operations.find((each) => each.id === id);
  if (service === undefined || operation === undefined)
    return controlProblem(404, 'Unknown operation', 'name service, version and operation as GET /operations does');
  const request = requestToTry(service.contract, operation);
  if (!('missing' in request)) return ok({ request, curl: curlOf(request, service.url) });
  const empty = { method: operation.method.toUpperCase(), target: operation.path, headers: {} };
  return ok({ request: empty, missing: request.missing });
}

const MAX_LIMIT = 1_000;

function exchangesOf(journal: Journal, query: URLSearchParams): ControlAnswer {
  const page = queryJournal(journal.entries(), queryOf(query));
  return ok({
    exchanges: page.entries.map(summaryOf),
    counts: journal.counts,
    ...(page.next === undefined ? {} : { cursor: String(page.next) }),
  });
}

/** @throws TallyError QUERY_INVALID */
function queryOf(query: URLSearchParams): JournalQuery {
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const [consumer, operation, status, since, cursor] = ['consumer', 'operation', 'status', 'since', 'cursor'].map(text);
  if (status !== undefined && !/^([1-5]\d\d|[1-5]xx|none)$/i.test(status))
    throw invalid(`status=${status}`, 'a status is 404, 4xx, or none', 'give one of these');
  const sinceMs = since === undefined ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs)) throw invalid(`since=${since}`, 'it is no time', 'give one as 2026-03-02T07:30:00Z');
  const before = cursor === undefined ? undefined : wholeNumber('cursor', cursor, Number.MAX_SAFE_INTEGER);
  const refused = query.get('refused');
  return {
    limit: wholeNumber('limit', query.get('limit') ?? '100', MAX_LIMIT),
    ...(consumer === undefined ? {} : { consumer }),
    ...(operation === undefined ? {} : { operation }),
    ...(status === undefined ? {} : { status }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(before === undefined ? {} : { before }),
    ...(refused === null ? {} : { refused: refused === 'true' }),
  };
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= max) return number;
  throw invalid(`${name}=${text}`, `${name} is a whole number`, `give one from 1 to ${max}`);
}

function invalid(where: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'QUERY_INVALID', where, why, fix });
}

async function exchangeOf(subject: ControlSubject, id: string): Promise<ControlAnswer> {
  const entry = entryOf(subject.mocks.journal, Number(id));
  if (entry === undefined)
    return controlProblem(404, 'No such exchange', `there is no exchange ${id}, or it is no longer kept`);
  const { exchange } = entry;
  const excerpts = await Promise.all((exchange.refusal ?? []).map(({ where }) => excerptOf(subject, where)));
  return ok({
    id: entry.id,
    exchange,
    excerpts: excerpts.filter((each) => each !== undefined),
    ...nearestOf(subject.mocks.services, exchange),
  });
}

function entryOf(journal: Journal, id: number): JournalEntry | undefined {
  for (const entry of journal.entries()) {
    if (entry.id === id) return entry;
    if (entry.id < id) return undefined;
  }
  return undefined;
}

async function excerptOf({ context }: ControlSubject, where: { source: string; line: number } | undefined) {
  const excerpt = where === undefined ? undefined : await sourceExcerpt(context.workspace.root, where);
  return excerpt === undefined ? undefined : context.redactor.json(excerpt);
}

function nearestOf(services: readonly MockService[], exchange: Exchange): object {
  const service = services.find(({ name, version }) => exchange.service === `${name} ${version}`);
  if (service === undefined || exchange.refusal === undefined) return {};
  const nearest = nearestRequest(service.contract, service.basePath, exchange);
  if (nearest === undefined) return {};
  const { request, changes } = nearest;
  const { name, version } = service;
  return { nearest: { service: name, version, request, changes, curl: curlOf(request, service.url) } };
}

async function tried({ mocks, context }: ControlSubject, { body, signal }: ControlRequest): Promise<ControlAnswer> {
  const exchange = await tryRequest(mocks.services, body, signal);
  return ok(context.redactor.exchange(exchange));
}
