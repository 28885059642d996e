import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FaultAnswer } from './fault-answer.ts';
import type { SentAnswer } from './handled.ts';

/** The connection of one request, for bytes that no `ServerResponse` would write. It ends with the fault. */
export interface FaultWire {
  /** Applies the operation, once. */
  readonly answer: () => Promise<FaultAnswer>;
  /** Reads the request to its end, and forgets it. */
  readonly readRequest: () => Promise<void>;
  /** Reads the request's body piece by piece, the next one when the last is `paid` for; the operation gets it whole. */
  readonly readSome: (pay: (chunk: Buffer) => Promise<void>) => Promise<void>;
  /** Ready for more when it settles. */
  readonly write: (bytes: Buffer | string) => Promise<void>;
  /** FIN behind what was written. */
  readonly end: () => Promise<void>;
  /** RST, now: what is still on its way may be lost. */
  readonly reset: () => void;
  /** What the client was told, as far as it makes sense. */
  readonly sent: () => SentAnswer;
}

/** Of what was written, so much is remembered for the journal. */
const KEPT_BYTES = 64 * 1024;

/** How long a client may leave its half of a connection open after we have closed ours. */
const LINGER_MS = 500;

/** Where the answer comes from. */
export interface AnswerSource {
  readonly answer: () => Promise<FaultAnswer>;
  /** The operation gets this request instead, whose body has been read already. */
  readonly resupply: (request: IncomingMessage) => void;
}

/** Waits until the answers to earlier requests on this connection have been sent: then it is ours. */
export async function openWire(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, resupply }: AnswerSource,
): Promise<FaultWire> {
  const socket = await ownSocket(request, response);
  const kept: Buffer[] = [];
  let keptBytes = 0;
  const keep = (bytes: Buffer): void => {
    if (keptBytes >= KEPT_BYTES) return;
    const part = Buffer.from(bytes.subarray(0, KEPT_BYTES - keptBytes));
    keptBytes += part.length;
    kept.push(part);
  };
  return {
    answer,
    readRequest: async () => await readToEnd(request),
    readSome: async (pay) => resupply(await readPaid(request, pay)),
    write: async (bytes) => {
      const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      keep(raw);
      await write(socket, raw);
    },
    end: async () => {
      // Unread bytes would make the system send RST instead of FIN.
      await readToEnd(request);
      await endSoftly(socket);
    },
    reset: () => resetConnection(socket),
    sent: () => sentOf(Buffer.concat(kept)),
  };
}

/** Half a head is no answer. */
function sentOf(bytes: Buffer): SentAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(bytes.subarray(0, 16).toString('latin1')) ?? [];
  if (end === -1 || status === undefined) return { status: 0, headers: [], body: undefined };
  const lines = bytes.subarray(0, end).toString('latin1').split('\r\n').slice(1);
  const headers = lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  return { status: Number(status), headers, body: bytes.subarray(end + 4) };
}

function ownSocket(request: IncomingMessage, response: ServerResponse): Promise<Socket> {
  if (response.socket !== null) return Promise.resolve(response.socket);
  const { socket } = request;
  return new Promise((resolve) => {
    response.once('socket', resolve);
    socket.once('close', () => resolve(socket));
  });
}

function readToEnd(request: IncomingMessage): Promise<void> {
  if (request.complete && request.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['end', 'error', 'close']) request.once(event, () => resolve());
    request.resume();
  });
}

/** What the operation would refuse anyway is not kept. */
const BODY_BYTES = 10 * 1024 * 1024 + 1;

async function readPaid(request: IncomingMessage, pay: (chunk: Buffer) => Promise<void>): Promise<IncomingMessage> {
  const copy = new IncomingMessage(request.socket);
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  Object.assign(copy, { method, url, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, complete: true });
  Object.defineProperty(copy, 'headers', { value: headers });
  let keptBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    await pay(chunk);
    if (keptBytes < BODY_BYTES) copy.push(chunk);
    keptBytes += chunk.length;
  }
  copy.push(null);
  return copy;
}

function write(socket: Socket, bytes: Buffer | string): Promise<void> {
  if (socket.destroyed || !socket.writable) return Promise.resolve();
  return new Promise((resolve) => {
    // Called on errors as well: that a client is gone is told by the firing's `wait`.
    socket.write(bytes, () => resolve());
  });
}

function endSoftly(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
    socket.resume();
  });
}

/** With TLS the connection underneath: `resetAndDestroy` is for TCP only, and a TLS alert would say good-bye. */
export function resetConnection(socket: Socket): void {
  const { _parent: below } = socket as Socket & { readonly _parent?: Socket | null };
  try {
    (below ?? socket).resetAndDestroy();
  } finally {
    socket.destroy();
  }
}
