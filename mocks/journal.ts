import { closeSync, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileReason, TallyError, type Exchange, type Redactor } from '../contracts/index.ts';
import { createBatch } from './batch.ts';
import { sizeOf, withoutBodies, type Call } from './call.ts';
import { exchangeOf } from './exchange-of.ts';
import { toHar } from './har.ts';

/** What the mocks saw: the newest exchanges, and how many there were in all. */
export interface Journal {
  /** Redacted, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Newest first, each redacted when it is its turn. */
  readonly entries: () => Iterable<JournalEntry>;
  /** Tells that something was recorded. @returns what ends the telling */
  readonly watch: (listener: () => void) => () => void;
  /** Of requests that came in, since the start, those that are no longer kept included. */
  readonly counts: { readonly requests: number; readonly refused: number };
}

export interface JournalEntry {
  /** Counts up from 1 with every request since the start. */
  readonly id: number;
  readonly exchange: Exchange;
}

export interface JournalWriter extends Journal {
  readonly record: (call: Call) => void;
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
  /** A file that can no longer be written is told once; the mocks serve on. */
  readonly warn: (text: string) => void;
}

const SIZE = 1_000;
/** Of all bodies that are kept together. */
const BODY_BYTES = 32 * 1024 * 1024;

/**
 * Calls are kept as they came, and redacted when somebody reads them or they are written: most are never looked at.
 *
 * @throws TallyError FILE_NOT_WRITABLE before the first request, not after the last
 */
export function openJournal(options: JournalOptions): JournalWriter {
  const { redactor, file, harFile } = options;
  const lines = file === undefined ? undefined : appendTo(file, options.warn);
  if (harFile !== undefined) closeSync(openAppending(harFile, '--har'));
  const ring = createRing(options.size ?? SIZE);
  let recorded = 0;
  const counts = { requests: 0, refused: 0 };
  const listeners = new Set<() => void>();
  const shown = new WeakMap<Call, Exchange>();
  const show = (call: Call): Exchange => {
    const exchange = shown.get(call) ?? exchangeOf(call, redactor);
    shown.set(call, exchange);
    return exchange;
  };
  const unwritten = createBatch<Call>((calls) => lines?.write(calls.map((call) => `${JSON.stringify(show(call))}\n`)));
  // Ctrl-C twice, or a defect: what was answered is in the file nevertheless.
  if (lines !== undefined) process.once('exit', unwritten.flush);
  return {
    counts,
    get exchanges() {
      return ring.calls().map(show);
    },
    entries: function* () {
      let id = recorded;
      for (const call of ring.calls().toReversed()) yield { id: id--, exchange: show(call) };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    record: (call) => {
      recorded += 1;
      if (call.delivery === undefined) counts.requests += 1;
      if (call.refused) counts.refused += 1;
      ring.push(call);
      if (lines !== undefined) unwritten.add(call);
      if (listeners.size > 0) for (const listener of listeners) listener();
    },
    close: async () => {
      process.off('exit', unwritten.flush);
      unwritten.flush();
      lines?.close();
      if (harFile === undefined) return;
      await writeFile(harFile, `${JSON.stringify(toHar(ring.calls().map(show), options.version), null, 2)}\n`);
    },
  };
}

/** Only its owner may read it: what redaction does not know about may be in there. */
function openAppending(file: string, flag: string): number {
  try {
    return openSync(file, 'a', 0o600);
  } catch (cause) {
    throw new TallyError({
      code: 'FILE_NOT_WRITABLE',
      where: `${flag} ${file}`,
      why: fileReason(cause),
      fix: 'name a file in a folder that exists and that you may write to',
      cause,
    });
  }
}

/** Written at once and in the order of the calls: a slow disk slows the mocks down instead of filling their memory. */
function appendTo(
  file: string,
  warn: (text: string) => void,
): { write(lines: readonly string[]): void; close(): void } {
  let descriptor: number | undefined = openAppending(file, '--journal');
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    write: (lines) => {
      if (descriptor === undefined) return;
      try {
        writeWhole(descriptor, Buffer.from(lines.join('')));
      } catch (cause) {
        close();
        warn(`the journal ends here, ${file} can no longer be written: ${fileReason(cause)}`);
      }
    },
    close,
  };
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

interface Ring {
  push(call: Call): void;
  /** Oldest first. */
  calls(): readonly Call[];
}

/** @returns how many bytes are free now */
function dropBodies(slots: Call[], place: number): number {
  const call = slots[place];
  if (call === undefined) return 0;
  const lean = withoutBodies(call);
  slots[place] = lean;
  return sizeOf(call) - sizeOf(lean);
}

/** The newest calls, and of those the newest bodies that fit into memory. */
function createRing(size: number): Ring {
  const slots: Call[] = [];
  let next = 0;
  let bytes = 0;
  /** Calls from `lean` to `next` have their bodies. */
  let lean = 0;
  const push = (call: Call): void => {
    const last = slots[next];
    if (last !== undefined) bytes -= sizeOf(last);
    if (last !== undefined && lean === next) lean = (next + 1) % size;
    slots[next] = call;
    next = (next + 1) % size;
    bytes += sizeOf(call);
    for (; bytes > BODY_BYTES; lean = (lean + 1) % size) bytes -= dropBodies(slots, lean);
  };
  return {
    push: (call) => {
      if (size > 0) push(call);
    },
    calls: () => [...slots.slice(next), ...slots.slice(0, next)],
  };
}
