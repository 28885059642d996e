import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { corsHeadersFor } from './cors.ts';
import type { SentAnswer } from './handled.ts';
import { VIOLATIONS_HEADER } from './prism-answer.ts';

/** An answer down to its bytes, but for what depends on the request: CORS headers, and the violations of the request. */
export interface FinishedAnswer extends SentAnswer {
  /** Written by one `writeHead`; otherwise header by header, as Prism does. */
  readonly isPlain: boolean;
  /** Value of the violations header where nothing is wrong with the request. */
  readonly violations?: string | undefined;
  /** The same with that, and CORS headers for everyone in front. */
  readonly withCors: SentAnswer;
}

/** Where an answer goes. */
export interface Destination {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers carry CORS headers. */
  readonly cors: boolean;
}

/**
 * Lets `write` answer to nobody, and keeps what it wrote.
 *
 * @param violations value of their header, for what is wrong with the answer itself
 */
export function record(method: string, write: (response: ServerResponse) => void, violations?: string): FinishedAnswer {
  const request = new IncomingMessage(new Socket());
  request.method = method.toUpperCase();
  const response = new Recorder(request);
  write(response);
  const { statusCode: status, lines: headers } = response;
  const body = lean(response.body);
  const isPlain = canBeWrittenAtOnce(request.method, status, headers, body);
  const withCors = { status, headers: [...CORS, ...told(violations), ...headers], body };
  return { status, headers, body, isPlain, violations, withCors };
}

function told(violations: string | undefined): readonly string[] {
  return violations === undefined ? [] : [VIOLATIONS_HEADER, violations];
}

/** Measured: Node sends a short text faster than bytes, because it goes out in one piece with the headers. */
const SHORT = 2_048;

function lean(body: string | Buffer | undefined): string | Buffer | undefined {
  return typeof body === 'string' && body.length > SHORT ? Buffer.from(body) : body;
}

class Recorder extends ServerResponse {
  body: string | Buffer | undefined;
  readonly #set = new Map<string, readonly string[]>();

  /** Names and values in turn, in the order in which they were first set, a line for each value. */
  get lines(): string[] {
    return [...this.#set.values()].flat();
  }

  override setHeader(name: string, value: number | string | readonly string[]): this {
    super.setHeader(name, value);
    const values = Array.isArray(value) ? value : [String(value)];
    this.#set.set(
      name.toLowerCase(),
      values.flatMap((each: string) => [name, each]),
    );
    return this;
  }

  override end(chunk?: unknown): this {
    // Node looks at the status here.
    this.writeHead(this.statusCode);
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) this.body = chunk;
    return super.end();
  }
}

/** The headers that come in front, which an answer's own of the same name takes the place of; and numbers come first. */
const OWN_PLACE = /^(access-control-.*|sl-violations|\d+)$/i;

function canBeWrittenAtOnce(method: string, status: number, headers: readonly string[], body: unknown): boolean {
  if (status < 200 || headers.some((name, index) => index % 2 === 0 && OWN_PLACE.test(name))) return false;
  // Node adds the length of an empty body by itself, unless the headers were written before.
  return body !== undefined || method === 'HEAD' || status === 204 || status === 304;
}

const CORS = corsHeadersFor({ headers: {} } as IncomingMessage);

/**
 * @param violations value of their header
 * @returns what was sent, where it was sent at once
 */
export function writeFinished(to: Destination, answer: FinishedAnswer, violations?: string): SentAnswer | undefined {
  // The compatibility API of HTTP/2 takes other lists.
  if (!answer.isPlain || to.request.httpVersionMajor !== 1) return writeOneByOne(to, answer, violations);
  const front = to.cors ? corsHeadersFor(to.request) : [];
  if (violations === answer.violations && front === CORS) return writeAtOnce(to.response, answer.withCors);
  const { status, body } = answer;
  return writeAtOnce(to.response, { status, headers: [...front, ...told(violations), ...answer.headers], body });
}

/** A problem whose body differs each time. */
export function writeProblem(to: Destination, { status, headers, body }: SentAnswer): SentAnswer | undefined {
  if (to.request.httpVersionMajor !== 1) return writeOneByOne(to, { status, headers, body });
  const front = to.cors ? corsHeadersFor(to.request) : [];
  return writeAtOnce(to.response, { status, headers: [...front, ...headers], body });
}

function writeAtOnce(response: ServerResponse, answer: SentAnswer): SentAnswer {
  response.writeHead(answer.status, answer.headers as string[]);
  response.end(answer.body);
  return answer;
}

function writeOneByOne({ request, response, cors }: Destination, answer: SentAnswer, violations?: string): undefined {
  if (cors) setAll(response, corsHeadersFor(request));
  if (violations !== undefined) response.setHeader(VIOLATIONS_HEADER, violations);
  setAll(response, answer.headers);
  response.statusCode = answer.status;
  if (answer.body === undefined) response.end();
  else response.end(answer.body);
}

function setAll(response: ServerResponse, headers: readonly string[]): void {
  const set = new Set<string>();
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    // A header with several values stands in the list once for each.
    if (set.has(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
    set.add(name);
  }
}
