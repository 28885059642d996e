import type { IncomingMessage, ServerResponse } from 'node:http';
import { asTallyError, TallyError, type Log } from '../contracts/index.ts';
import { readControlBody } from './control-body.ts';
import { refuseStranger, refuseWithoutToken, type Refused } from './control-guard.ts';
import { controlProblem } from './control-problem.ts';
import type { ControlAnswer, ControlRoute } from './control-section.ts';

/** A file of the console. */
export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface ControlSettings {
  readonly token: string;
  readonly port: () => number;
  /** With whole paths. */
  readonly routes: readonly ControlRoute[];
  /** By path; they hold no secret and need no token. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
  /** `GET /events`, which does not end. */
  readonly stream: (request: IncomingMessage, response: ServerResponse) => ControlAnswer | undefined;
  readonly log: Pick<Log, 'warn'>;
}

/** Nothing but its own files, and nobody around it. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Answers one call to the control API or for a file of the console. */
export async function handleControl(
  settings: ControlSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await answerOf(settings, request, response);
    if (answer !== undefined) send(request, response, answer);
  } catch (thrown) {
    settings.log.warn(`control API: ${request.method} failed: ${asTallyError(thrown).why}`);
    send(request, response, controlProblem(500, 'Defect', 'this is a defect of tally mock, its log says more'));
  }
}

async function answerOf(
  settings: ControlSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ControlAnswer | undefined> {
  const { method = '', headers } = request;
  const stranger = refuseStranger(headers, settings.port());
  if (stranger !== undefined) return refusal(stranger);
  // As it is: a URL would make a host of what follows two slashes.
  const [pathname = '', query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  const file = settings.files.get(pathname);
  if (file !== undefined && (method === 'GET' || method === 'HEAD')) return sendFile(response, method, file);
  const unknown = refuseWithoutToken(headers, settings.token);
  if (unknown !== undefined) return refusal(unknown);
  if (pathname === '/events' && method === 'GET') return openStream(settings, request, response);
  const found = findRoute(settings.routes, method, pathname);
  if ('status' in found) return found;
  const isWrite = method !== 'GET' && method !== 'HEAD';
  if (isWrite && !isJson(headers['content-type'], headers['content-length']))
    return controlProblem(415, 'Not JSON', 'send a body as content-type: application/json');
  const read = isWrite ? await readControlBody(request) : { body: undefined };
  if ('refused' in read) return read.refused;
  const aborted = new AbortController();
  response.once('close', () => aborted.abort());
  try {
    return await found.route.handle({
      params: found.params,
      query: new URLSearchParams(query),
      body: read.body,
      signal: aborted.signal,
    });
  } catch (thrown) {
    if (thrown instanceof TallyError) return controlProblem(400, thrown.code, `${thrown.why}: ${thrown.fix}`);
    throw thrown;
  }
}

function refusal({ status, title, detail }: Refused): ControlAnswer {
  const answer = controlProblem(status, title, detail);
  return status === 401 ? { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } } : answer;
}

function isJson(type: string | undefined, length: string | undefined): boolean {
  if (type === undefined) return length === undefined || length === '0';
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

function openStream(
  settings: ControlSettings,
  request: IncomingMessage,
  response: ServerResponse,
): ControlAnswer | undefined {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  return settings.stream(request, response);
}

function findRoute(
  routes: readonly ControlRoute[],
  method: string,
  pathname: string,
): { route: ControlRoute; params: Record<string, string> } | ControlAnswer {
  const matching = routes.flatMap((route) => {
    const params = match(route.path, pathname);
    return params === undefined ? [] : [{ route, params }];
  });
  // What is said to the letter goes first.
  const [found] = matching
    .filter(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method))
    .toSorted((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  if (found !== undefined) return found;
  const known = new Set(matching.map(({ route }) => route.method));
  if (known.size === 0) return controlProblem(404, 'Unknown address', `the control API has no ${pathname}`);
  const answer = controlProblem(405, 'Method not allowed', `${pathname} has ${[...known].join(', ')}`);
  return { ...answer, headers: { ...answer.headers, allow: [...known].join(', ') } };
}

function match(template: string, pathname: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? '';
    const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
    if (name === undefined && part !== segment) return undefined;
    if (name === undefined) continue;
    const value = decoded(segment);
    if (value === undefined || value === '') return undefined;
    params.push([name, value]);
  }
  return Object.fromEntries(params);
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function sendFile(response: ServerResponse, method: string, { type, bytes }: ConsoleFile): undefined {
  response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}

/** What a client still sends is thrown away, this long: one that is cut off in the middle would never read the answer. */
const DISCARD_MS = 5_000;

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: ControlAnswer): void {
  if (response.headersSent) return void response.destroy();
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...HEADERS, ...type, ...headers, 'content-length': bytes.length });
  if (request.method !== 'HEAD') response.write(bytes);
  if (request.complete) return void response.end();
  const timer = setTimeout(() => response.destroy(), DISCARD_MS);
  response.once('close', () => clearTimeout(timer));
  request.once('end', () => response.end()).resume();
}
