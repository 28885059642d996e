import { lookup as systemLookup } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { checkTarget, type AddressRules, type Lookup } from './webhook-address.ts';

/** What is sent. */
export interface AttemptRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it. */
export interface AttemptOutcome {
  /** None where no answer came. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Why no answer came: `ECONNREFUSED`, `ETIMEDOUT`, `address-refused` … */
  readonly failure?: string;
  /** More about it, for people. */
  readonly reason?: string;
}

export interface AttemptSettings {
  readonly rules: AddressRules;
  readonly lookup: Lookup;
  /** Of an answer's body; what is beyond is not read. */
  readonly answerBytes: number;
  /** PEM of an authority that is trusted beside the usual ones. */
  readonly ca?: string;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

export const lookupAll: Lookup = async (hostname) =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/** Sends once. Redirects are not followed: a status of 3xx is an answer like any other. Never rejects. */
export async function attempt(request: AttemptRequest, settings: AttemptSettings): Promise<AttemptOutcome> {
  const { rules, lookup, signal } = settings;
  try {
    const target = await within(checkTarget(request.url, rules, lookup), signal);
    if ('refused' in target) return failed('address-refused', target.refused);
    return await send(request, target, settings);
  } catch (thrown) {
    return failed(signal.aborted ? 'ETIMEDOUT' : codeOf(thrown));
  }
}

/** A name server may hang as well. */
async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

function send(
  { method, headers, body }: AttemptRequest,
  { url, address }: { readonly url: URL; readonly address: string },
  { answerBytes, ca, signal }: AttemptSettings,
): Promise<AttemptOutcome> {
  const isTls = url.protocol === 'https:';
  const isName = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0;
  const options: RequestOptions & { readonly servername?: string; readonly ca?: string } = {
    method,
    host: address,
    port: url.port === '' ? (isTls ? 443 : 80) : url.port,
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
    // A connection of its own: a kept one might be to an address that was checked for another name.
    agent: isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
    signal,
    ...(isTls && isName ? { servername: url.hostname } : {}),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = (isTls ? httpsRequest : httpRequest)(options, (answer) => {
      readAnswer(answer, answerBytes).then(resolve, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The status is what counts: an answer whose body breaks off or is too long is an answer. */
async function readAnswer(answer: IncomingMessage, answerBytes: number): Promise<AttemptOutcome> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer) {
      const bytes: Buffer = chunk;
      chunks.push(bytes.subarray(0, answerBytes - size));
      size += bytes.length;
      if (size > answerBytes) break;
    }
  } catch {
    // What came of it is kept.
  }
  answer.destroy();
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

function failed(failure: string, reason?: string): AttemptOutcome {
  return { failure, headers: {}, body: Buffer.alloc(0), ...(reason === undefined ? {} : { reason }) };
}

function codeOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string')
    return thrown.code;
  return 'ECONNRESET';
}
