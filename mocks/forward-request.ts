import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** A request as it goes to the upstream. */
export interface ForwardedRequest {
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** Bytes can be sent again, where an idle connection was closed or after a redirect; a stream cannot. */
  readonly body: Buffer | AsyncIterable<Buffer> | undefined;
}

/** The server behind the proxy, the only one that is ever called. */
export interface Upstream {
  /**
   * Resolves when the headers of the answer are there. Redirects within the upstream are followed, as Prism does.
   *
   * @throws FetchError as Prism's client says it (500); ProblemJsonError 504 after the upstream was silent too long
   */
  send(request: ForwardedRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export interface UpstreamSettings {
  readonly url: URL;
  /** A proxy on the way there, which may carry its user and password. */
  readonly proxy?: URL;
  /** How long the upstream may say nothing. */
  readonly silenceMs: number;
}

export function openUpstream(settings: UpstreamSettings): Upstream {
  const route = routeTo(settings);
  return {
    send: async (request, signal) => {
      try {
        return await follow(request, async (each) => await sendOnce(route, settings, each, signal));
      } catch (thrown) {
        throw thrown instanceof ProblemJsonError ? thrown : fetchError(request.url, thrown);
      }
    },
    close: () => route.agent.destroy(),
  };
}

/** What Prism's client says of a request that came to nothing. A password in the address is nobody's business. */
export function fetchError(url: URL, thrown: unknown, text = 'request to URL failed, reason: '): Error {
  // In jest, Node's own errors are no instances of this Error.
  const { message = String(thrown), code } = Object(thrown) as Partial<NodeJS.ErrnoException>;
  const error = new Error(text.replace('URL', withoutPassword(url)) + (message || code || ''), { cause: thrown });
  error.name = 'FetchError';
  return error;
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** How requests get there. */
interface Route {
  readonly agent: HttpAgent | HttpsAgent;
  readonly start: typeof httpRequest;
  /** What differs from a direct request: a proxy is told the whole address (RFC 9112 §3.2.2). */
  options(url: URL): object;
}

function routeTo({ url, proxy }: UpstreamSettings): Route {
  const isSecure = url.protocol === 'https:';
  if (proxy === undefined) {
    const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    return { agent, start: isSecure ? httpsRequest : httpRequest, options: (target) => addressOf(target) };
  }
  if (isSecure) {
    return { agent: new HttpsProxyAgent(proxy), start: httpsRequest, options: (target) => addressOf(target) };
  }
  const isSecureProxy = proxy.protocol === 'https:';
  const agent = isSecureProxy ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return { agent, start: isSecureProxy ? httpsRequest : httpRequest, options: (target) => throughProxy(target, proxy) };
}

function addressOf(url: URL): object {
  const auth = url.username === '' && url.password === '' ? {} : { auth: credentialsOf(url) };
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { protocol: url.protocol, hostname, port: url.port, path: url.pathname + url.search, ...auth };
}

function throughProxy(url: URL, proxy: URL): object {
  const auth = url.username === '' && url.password === '' ? {} : { auth: credentialsOf(url) };
  return { ...addressOf(proxy), ...auth, path: withoutPassword(url), setHost: false };
}

function credentialsOf({ username, password }: URL): string {
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 20;

async function follow(
  request: ForwardedRequest,
  send: (request: ForwardedRequest) => Promise<IncomingMessage>,
): Promise<IncomingMessage> {
  let current = request;
  for (let hops = 0; ; hops++) {
    const answer = await send(current);
    const next = redirected(current, answer);
    if (next === undefined) return answer;
    if (hops === MAX_REDIRECTS) throw tooManyRedirects(current.url);
    answer.resume();
    current = next;
  }
}

/** @returns undefined where the answer is the client's: no redirect, one to another server, a body that is gone */
function redirected(request: ForwardedRequest, answer: IncomingMessage): ForwardedRequest | undefined {
  const { location } = answer.headers;
  const status = answer.statusCode ?? 0;
  if (location === undefined || !REDIRECTS.has(status) || !URL.canParse(location, request.url)) return undefined;
  const url = new URL(location, request.url);
  if (url.origin !== request.url.origin) return undefined;
  url.username = request.url.username;
  url.password = request.url.password;
  const isReading = status === 303 || ((status === 301 || status === 302) && request.method === 'POST');
  if (isReading) {
    const { 'content-length': _, ...headers } = request.headers;
    return { url, method: 'GET', headers, body: undefined };
  }
  return request.body === undefined || Buffer.isBuffer(request.body) ? { ...request, url } : undefined;
}

function tooManyRedirects(url: URL): Error {
  return Object.assign(fetchError(url, '', 'maximum redirect reached at: URL'), { code: 'max-redirect' });
}

async function sendOnce(
  route: Route,
  { silenceMs, proxy }: UpstreamSettings,
  request: ForwardedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  for (;;) {
    const { method, url, body } = request;
    const headers = { ...headersOf(request), ...proxyHeaders(url, proxy) };
    const outgoing = route.start({ ...route.options(url), agent: route.agent, method, headers, signal });
    outgoing.setTimeout(silenceMs, () => outgoing.destroy(silent(url, silenceMs)));
    try {
      return await answerTo(outgoing, body);
    } catch (thrown) {
      // Closed by the upstream in the moment in which we used it again.
      const isStale = outgoing.reusedSocket && (thrown as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!isStale || (body !== undefined && !Buffer.isBuffer(body))) throw thrown;
    }
  }
}

function answerTo(outgoing: ClientRequest, body: ForwardedRequest['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    // Stays: what breaks after the answer has begun is told by the answer's own stream.
    outgoing.on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    else pipeline(body, outgoing).catch(reject);
  });
}

/** As Prism's client sends them, less what is meant for the connection to us alone (RFC 9110 §7.6.1). */
function headersOf({ method, headers, body }: ForwardedRequest): Record<string, string | string[]> {
  const own = new Set([...HOP_BY_HOP, ...(headers.connection ?? '').toLowerCase().split(/\s*,\s*/)]);
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || own.has(name) ? [] : [[name, value] as const],
  );
  const sized = Buffer.isBuffer(body) ? body.length : body === undefined && /^(POST|PUT)$/.test(method) ? 0 : undefined;
  return {
    ...DEFAULTS,
    ...Object.fromEntries(kept),
    ...(sized === undefined ? {} : { 'content-length': String(sized) }),
  };
}

function proxyHeaders(url: URL, proxy: URL | undefined): Record<string, string> {
  if (proxy === undefined || url.protocol === 'https:') return {};
  const isKnown = proxy.username !== '' || proxy.password !== '';
  const basic = `Basic ${Buffer.from(credentialsOf(proxy)).toString('base64')}`;
  return { host: url.host, ...(isKnown ? { 'proxy-authorization': basic } : {}) };
}

const HOP_BY_HOP = [
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const DEFAULTS = { 'accept-encoding': '*', accept: 'application/json, text/plain, */*', 'user-agent': 'tallystick' };

function silent(url: URL, silenceMs: number): Error {
  return ProblemJsonError.fromTemplate(
    { type: 'UPSTREAM_TIMEOUT', title: 'The upstream did not answer in time', status: 504 },
    `${url.origin} said nothing for ${silenceMs} ms.`,
  );
}

/** What is left of a body, and the beginning that was read of it. */
export interface LongBody {
  readonly start: Buffer;
  /** All of it, the beginning included. */
  readonly whole: AsyncIterable<Buffer>;
  /** What has passed so far. */
  readonly sizeBytes: () => number;
  /** The rest is not wanted. */
  readonly giveUp: () => void;
}

/**
 * Reads a body, or as much of it as we are ready to keep.
 *
 * @param given `up`: what is not wanted ends its connection; `away`: it is read nevertheless, since a client that is still
 *   sending would not see the answer otherwise
 */
export async function readUpTo(stream: Readable, limitBytes: number, given: 'up' | 'away'): Promise<Buffer | LongBody> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    chunks.push(next.value);
    bytes += next.value.length;
    if (bytes > limitBytes) return longBody(chunks, iterator, given);
  }
  return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
}

/** Kept for the journal, however long the body is. */
const START_BYTES = 256 * 1024;

function longBody(chunks: Buffer[], rest: AsyncIterator<Buffer>, given: 'up' | 'away'): LongBody {
  const start = Buffer.from(Buffer.concat(chunks).subarray(0, START_BYTES));
  let sizeBytes = 0;
  let isEnded = false;
  const giveUp = (): void => {
    if (isEnded) return;
    isEnded = true;
    const ended = given === 'up' ? rest.return?.() : readAway(rest);
    ended?.catch(() => undefined);
  };
  async function* whole(): AsyncGenerator<Buffer> {
    try {
      // Let go of each one as it is sent.
      for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
        sizeBytes += chunk.length;
        yield chunk;
      }
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
        sizeBytes += next.value.length;
        yield next.value;
      }
      isEnded = true;
    } finally {
      giveUp();
    }
  }
  return { start, whole: whole(), sizeBytes: () => sizeBytes, giveUp };
}

async function readAway(rest: AsyncIterator<Buffer>): Promise<void> {
  while ((await rest.next()).done !== true);
}
