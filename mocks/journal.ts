import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileReason, TallyError, type Exchange, type Redactor } from '../contracts/index.ts';
import { toHar } from './har.ts';

/** What the mocks saw: the newest exchanges, and how many there were in all. */
export interface Journal {
  /** Redacted, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Since the start, those that are no longer kept included. */
  readonly counts: { readonly requests: number; readonly refused: number };
}

export interface JournalWriter extends Journal {
  record(exchange: Exchange, refused: boolean): void;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly redactor: Redactor;
  /** How many exchanges are kept; 1,000 unless told. */
  readonly size?: number;
  /** Absolute paths. */
  readonly file?: string;
  readonly harFile?: string;
  /** For the HAR's creator. */
  readonly version: string;
}

const SIZE = 1_000;
/** Per body. A label as PDF or a page of a list fits; an upload of 10 MB, a thousand times, does not. */
const BODY_CHARACTERS = 64 * 1024;

/** @throws TallyError FILE_NOT_WRITABLE before the first request, not after the last */
export async function openJournal(options: JournalOptions): Promise<JournalWriter> {
  const stream = options.file === undefined ? undefined : await openAppending(options.file, '--journal');
  if (options.harFile !== undefined) (await openAppending(options.harFile, '--har')).end();
  const ring = createRing<Exchange>(options.size ?? SIZE);
  const counts = { requests: 0, refused: 0 };
  return {
    counts,
    get exchanges() {
      return ring.items();
    },
    record: (exchange, refused) => {
      counts.requests += 1;
      if (refused) counts.refused += 1;
      // Redacted whole, then cut: a secret that is cut in two would no longer be recognised.
      const kept = withShortBodies(options.redactor.exchange(exchange));
      ring.push(kept);
      stream?.write(`${JSON.stringify(kept)}\n`);
    },
    close: async () => {
      if (stream !== undefined && !stream.closed) {
        stream.end();
        await once(stream, 'close');
      }
      if (options.harFile !== undefined) {
        await writeFile(options.harFile, `${JSON.stringify(toHar(ring.items(), options.version), null, 2)}\n`);
      }
    },
  };
}

/** Only its owner may read it: what redaction does not know about may be in there. */
async function openAppending(file: string, flag: string): Promise<WriteStream> {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw new TallyError({
      code: 'FILE_NOT_WRITABLE',
      where: `${flag} ${file}`,
      why: fileReason(cause),
      fix: 'name a file in a folder that exists and that you may write to',
      cause,
    });
  }
  return stream;
}

function withShortBodies(exchange: Exchange): Exchange {
  const { request, response } = exchange;
  return {
    ...exchange,
    request: withShortBody(request),
    ...(response === undefined ? {} : { response: withShortBody(response) }),
  };
}

function withShortBody<T extends { readonly body?: string }>(message: T): T {
  const { body } = message;
  if (body === undefined || body.length <= BODY_CHARACTERS) return message;
  return { ...message, body: `${body.slice(0, BODY_CHARACTERS)}… (cut, ${body.length} characters in all)` };
}

interface Ring<T> {
  push(item: T): void;
  items(): readonly T[];
}

function createRing<T>(size: number): Ring<T> {
  const slots: T[] = [];
  let next = 0;
  return {
    push: (item) => {
      if (size <= 0) return;
      slots[next] = item;
      next = (next + 1) % size;
    },
    items: () => [...slots.slice(next), ...slots.slice(0, next)],
  };
}
