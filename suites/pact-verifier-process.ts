import type { IncomingMessage } from 'node:http';
import pact from '@pact-foundation/pact';
import { request } from 'undici';
import type { Exchange } from '../contracts/index.ts';
import { errorCode } from './error-code.ts';
import { INTERACTION_HEADER } from './read-pact.ts';

/** What the parent asks for, in one message. Secrets come this way only: not by argument, environment or file. */
export interface VerifierJob {
  /** Absolute. Every request in it carries the header INTERACTION_HEADER with its index. */
  readonly pactFile: string;
  readonly provider: string;
  /** By index: where an HTTP interaction goes, and the headers that replace those of the pact. */
  readonly interactions: readonly { readonly baseUrl: string; readonly headers: Readonly<Record<string, string>> }[];
  readonly origin: string;
  readonly statesUrl?: string;
  readonly messagesUrl?: string;
  readonly timeoutMs: number;
}

/** What came of it. */
export interface VerifierOutcome {
  /** The verifier's own JSON, unread; absent where it could not run. */
  readonly json?: string;
  readonly error?: string;
  /** Not redacted yet. By index of the interaction; messages have none. */
  readonly exchanges: readonly { readonly index: number; readonly exchange: Exchange }[];
  readonly stateFailures: readonly string[];
}

/** The part of Express that the verifier hands to a request filter, named here because it ships no types of its own. */
interface FilterRequest extends IncomingMessage {
  readonly path: string;
  readonly body?: unknown;
}
interface FilterResponse {
  status(code: number): FilterResponse;
  set(headers: Readonly<Record<string, string | string[]>>): FilterResponse;
  end(bytes?: Buffer): void;
}

const exchanges: { index: number; exchange: Exchange }[] = [];
const stateFailures: string[] = [];

process.once('message', (job: VerifierJob) => void verify(job).then(answer));
// The parent is gone: nobody is waiting any more.
process.once('disconnect', () => process.exit());

function answer(outcome: VerifierOutcome): void {
  process.send?.(outcome, () => process.disconnect());
}

async function verify(job: VerifierJob): Promise<VerifierOutcome> {
  try {
    const { Verifier } = pact;
    const verifier = new Verifier({
      provider: job.provider,
      providerBaseUrl: job.origin,
      pactUrls: [job.pactFile],
      providerStatesSetupTeardown: true,
      timeout: job.timeoutMs,
      logLevel: 'error',
      // Every request is sent by us. The verifier's own proxy crashes the process when a provider resets a connection,
      // and sends a form as JSON.
      requestFilter: (incoming: FilterRequest, outgoing: FilterResponse) => void serve(job, incoming, outgoing),
    });
    return { json: await verifier.verifyProvider(), exchanges, stateFailures };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    // A failed verification is an Error whose message is the same JSON.
    return { ...(message.startsWith('{') ? { json: message } : { error: message }), exchanges, stateFailures };
  }
}

async function serve(job: VerifierJob, incoming: FilterRequest, outgoing: FilterResponse): Promise<void> {
  try {
    if (incoming.path === '/_pactSetup') await changeState(job, incoming, outgoing);
    else if (incoming.path === '/_messages') await forward(incoming, outgoing, job.messagesUrl ?? job.origin);
    else await replay(job, incoming, outgoing);
  } catch {
    // The verifier sees what its proxy saw: a connection that ends.
    incoming.socket.destroy();
  }
}

async function changeState(job: VerifierJob, incoming: FilterRequest, outgoing: FilterResponse): Promise<void> {
  const { state } = incoming.body as { state?: unknown };
  // An interaction without a state is announced as one with the name ''.
  if (job.statesUrl === undefined || state === '')
    return outgoing.status(200).set({ 'content-type': 'application/json' }).end(Buffer.from('{}'));
  const status = await forward(incoming, outgoing, job.statesUrl);
  if (status >= 300) stateFailures.push(`${JSON.stringify(state)}: the provider answers ${status}`);
}

async function forward(incoming: FilterRequest, outgoing: FilterResponse, url: string): Promise<number> {
  const reply = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(incoming.body),
    reset: true,
  });
  const bytes = Buffer.from(await reply.body.arrayBuffer());
  outgoing.status(reply.statusCode).set(endToEnd(reply.headers)).end(bytes);
  return reply.statusCode;
}

async function replay(job: VerifierJob, incoming: FilterRequest, outgoing: FilterResponse): Promise<void> {
  const { [INTERACTION_HEADER]: index, ...headers } = incoming.headers;
  const plan = job.interactions[Number(index)] ?? { baseUrl: job.origin, headers: {} };
  const body = bodyOf(incoming);
  const sent = { ...endToEnd(headers), ...plan.headers };
  const url = plan.baseUrl + (incoming.url ?? '/');
  const observe = observer(Number(index), { method: incoming.method ?? 'GET', url, headers: flat(sent), body });
  try {
    const reply = await request(url, {
      method: (incoming.method ?? 'GET') as 'GET',
      headers: sent,
      body: body ?? null,
      reset: true,
    });
    const bytes = Buffer.from(await reply.body.arrayBuffer());
    observe({
      response: {
        status: reply.statusCode,
        headers: flat(endToEnd(reply.headers)),
        body: bytes.toString('utf8').slice(0, 65_536),
      },
    });
    outgoing.status(reply.statusCode).set(endToEnd(reply.headers)).end(bytes);
  } catch (error) {
    observe({ connection: errorCode(error) });
    throw error;
  }
}

function observer(
  index: number,
  sent: { method: string; url: string; headers: Record<string, string>; body: Buffer | undefined },
) {
  const startedAt = new Date();
  const { body, ...rest } = sent;
  const outgoing = body === undefined ? rest : { ...rest, body: body.toString('utf8') };
  return (seen: Pick<Exchange, 'response'> | Pick<Exchange, 'connection'>): void => {
    const durationMs = Date.now() - startedAt.getTime();
    exchanges.push({ index, exchange: { request: outgoing, ...seen, startedAt: startedAt.toISOString(), durationMs } });
  };
}

/** The verifier's proxy has parsed the body already; a JSON document is written out again, a form as a form. */
function bodyOf({ body, headers }: FilterRequest): Buffer | undefined {
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body !== 'object' || body === null) return undefined;
  const form = headers['content-type']?.includes('x-www-form-urlencoded');
  return Buffer.from(form ? String(new URLSearchParams(body as Record<string, string>)) : JSON.stringify(body));
}

const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
]);

function endToEnd(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | string[]> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined && !HOP_BY_HOP.has(entry[0]),
  );
  return Object.fromEntries(entries);
}

function flat(headers: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
