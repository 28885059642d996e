import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { signalWithin, type Exchange, type HttpRequest } from '../contracts/index.ts';

const TIMEOUT_MS = 30_000;

/** Sends one request to a mock of ours, on a connection of its own. `fetch` would refuse a GET with a body, and TRACE. */
export async function sendRequest(request: HttpRequest, signal: AbortSignal): Promise<Exchange> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const timed = signalWithin(signal, TIMEOUT_MS);
  try {
    const { method, url, headers, body } = request;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, signal: timed, agent: false as const };
    // The certificate is one of ours, which nobody else has signed, and this machine's own.
    const outgoing = url.startsWith('https:')
      ? httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const response = await responseOf(incoming);
    return { request, response, startedAt, durationMs: performance.now() - start };
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    return { request, startedAt, durationMs: performance.now() - start, connection: code ?? message };
  }
}

async function responseOf(incoming: IncomingMessage): Promise<NonNullable<Exchange['response']>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join('\n')]);
  const body = Buffer.concat(chunks).toString('utf8');
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(body === '' ? {} : { body }),
  };
}
