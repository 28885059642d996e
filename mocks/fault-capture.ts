import { ServerResponse, type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders } from 'node:http';
import type { FaultAnswer } from './fault-answer.ts';

/** Takes an answer in place of the client, so that a fault can do with it what it wants. */
export class CapturedResponse extends ServerResponse {
  readonly #written: [name: string, value: string][] = [];
  readonly #body: Buffer[] = [];
  /** As they were spelt: Node gives them back in lower case. */
  readonly #spelling = new Map<string, string>();

  constructor({ method }: IncomingMessage) {
    // It is connected to nobody: of the request, Node looks at nothing else.
    super({ method, httpVersionMajor: 1, httpVersionMinor: 1, headers: {} } as IncomingMessage);
  }

  /** As it would have been sent, less what Node adds by itself. */
  get answer(): FaultAnswer {
    return { status: this.statusCode, headers: this.#written, body: Buffer.concat(this.#body) };
  }

  override setHeader(name: string, value: number | string | readonly string[]): this {
    this.#spelling.set(name.toLowerCase(), name);
    return super.setHeader(name, value);
  }

  override writeHead(status: number, ...rest: readonly unknown[]): this {
    const given = rest.find((each) => typeof each === 'object') as Given;
    const own = this.getHeaderNames().flatMap((name) =>
      pairsOf(this.#spelling.get(name) ?? name, this.getHeader(name)),
    );
    const names = new Set(pairsIn(given).map(([name]) => name.toLowerCase()));
    this.#written.push(...own.filter(([name]) => !names.has(name.toLowerCase())), ...pairsIn(given));
    return super.writeHead(status);
  }

  override write(chunk: unknown): boolean {
    if (!this.headersSent) this.writeHead(this.statusCode);
    this.#keep(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (typeof chunk !== 'function') this.#keep(chunk);
    return super.end();
  }

  #keep(chunk: unknown): void {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.#body.push(Buffer.from(chunk as Uint8Array));
  }
}

type Given = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | undefined;

function pairsIn(given: Given): [name: string, value: string][] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    return Object.entries(given as OutgoingHttpHeaders).flatMap(([name, value]) => pairsOf(name, value));
  }
  const pairs: [string, string][] = [];
  for (let at = 0; at < given.length; at += 2) pairs.push(...pairsOf(String(given[at]), given[at + 1]));
  return pairs;
}

function pairsOf(name: string, value: OutgoingHttpHeader | undefined): [name: string, value: string][] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map((each) => [name, each]) : [[name, String(value)]];
}
