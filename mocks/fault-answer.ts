import { STATUS_CODES } from 'node:http';

/** An answer that is whole, before it is sent. */
export interface FaultAnswer {
  readonly status: number;
  /** In order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Value of the first header of that name, in any case. */
export function headerOf({ headers }: FaultAnswer, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** @param value without one the header is taken out */
export function withHeader(answer: FaultAnswer, name: string, value?: string): FaultAnswer {
  const others = answer.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...answer, headers: value === undefined ? others : [...others, [name, value]] };
}

/** With the length that belongs to it. */
export function withBody(answer: FaultAnswer, body: Buffer | string): FaultAnswer {
  const bytes = Buffer.from(body);
  return { ...withHeader(answer, 'Content-Length', String(bytes.length)), body: bytes };
}

/** RFC 9457. */
export function problemAnswer(
  status: number,
  detail: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
): FaultAnswer {
  const body = Buffer.from(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail }));
  return {
    status,
    headers: [...headers, ['Content-Type', 'application/problem+json'], ['Content-Length', String(body.length)]],
    body,
  };
}

const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

/**
 * Status line and header lines as they go over HTTP/1.1, without the empty line at the end.
 *
 * @param framing the headers that say where the body ends, instead of the answer's own
 */
export function headLines(
  { status, headers }: FaultAnswer,
  framing: readonly (readonly [name: string, value: string])[],
): readonly string[] {
  const own = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return lower !== 'content-length' && !OF_THE_CONNECTION.has(lower);
  });
  const all = [...own, ...framing, ['Date', new Date().toUTCString()] as const];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`,
    ...all.map(([name, value]) => `${name}: ${value}\r\n`),
  ];
}

/** The whole head, as bytes. */
export function headBytes(answer: FaultAnswer, framing: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.from(`${headLines(answer, framing).join('')}\r\n`, 'latin1');
}

/** The framing of an answer that is sent whole, and with which the connection ends. */
export function wholeFraming({ body }: FaultAnswer): readonly (readonly [name: string, value: string])[] {
  return [
    ['Content-Length', String(body.length)],
    ['Connection', 'close'],
  ];
}
