import { randomBytes } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import {
  codeOf,
  fileReason,
  isObject,
  makeFolder,
  TallyError,
  writeFileAtomically,
  type Json,
} from '../contracts/index.ts';
import type { ServiceChange, StateLog } from './sandbox-states.ts';

/** A file of changes as it was opened. */
export interface StateFile {
  readonly log: StateLog;
  /** What it held, in order. */
  readonly changes: readonly ServiceChange[];
  /** How many bytes of an unfinished last line were left out. */
  readonly cutBytes: number;
}

export interface StateFileSettings {
  /** The changes that make the present state, for a shorter file. */
  readonly present: () => readonly ServiceChange[];
  /** Bytes of a file that is not yet worth shortening. */
  readonly compactBytes?: number;
}

const COMPACT_BYTES = 4 * 1024 * 1024;

/**
 * Opens or begins a file of changes: one line for each request that changed something, appended and forced to the disk
 * before the request is answered (many waiting requests share one write). When most of it is outdated, it is replaced in
 * one step by a shorter one. A last line without its end is what a crash leaves: it was never acknowledged.
 *
 * @throws TallyError STATE_FILE_CORRUPT, STATE_FILE_UNREADABLE, FILE_NOT_WRITABLE
 */
export async function openStateFile(file: string, settings: StateFileSettings): Promise<StateFile> {
  const bytes = await readBytes(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  const { salt, changes } = readLines(file, bytes.subarray(0, end).toString());
  const writer = new Writer(file, salt, settings);
  await writer.begin(end);
  return { log: writer, changes, cutBytes: bytes.length - end };
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return Buffer.alloc(0);
    throw new TallyError({
      code: 'STATE_FILE_UNREADABLE',
      where: file,
      why: fileReason(cause),
      fix: 'name a file that can be read and written',
      cause,
    });
  }
}

interface Lines {
  readonly salt: string;
  readonly changes: readonly ServiceChange[];
}

function readLines(file: string, text: string): Lines {
  if (text === '') return { salt: randomBytes(16).toString('base64url'), changes: [] };
  const [first = '', ...rest] = text.slice(0, -1).split('\n');
  const salt = saltOf(parseLine(first));
  if (salt === undefined) throw corrupt(file, 1, 'its first line is not that of a state file');
  const changes = rest.flatMap((line, index) => {
    const parsed = parseLine(line);
    if (!isChanges(parsed)) throw corrupt(file, index + 2, 'this line is no change of state');
    return parsed;
  });
  return { salt, changes };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function saltOf(header: unknown): string | undefined {
  if (!isObject(header) || header['tally'] !== 'state' || header['version'] !== 1) return undefined;
  return typeof header['salt'] === 'string' ? header['salt'] : undefined;
}

const STEPS = ['open', 'put', 'remove', 'answer', 'clear'];

/** Our own lines: their kind and the members that every kind has are enough to tell them from others. */
function isChanges(value: unknown): value is readonly ServiceChange[] {
  return (
    Array.isArray(value) &&
    value.every((each: unknown) => isObject(each) && typeof each['service'] === 'string' && isChange(each['change']))
  );
}

function isChange(change: Json | undefined): boolean {
  if (!isObject(change) || !STEPS.some((each) => each === change['do'])) return false;
  if (change['do'] === 'clear') return true;
  if (typeof change['consumer'] !== 'string') return false;
  switch (change['do']) {
    case 'open':
      return isObject(change['collections']) && Object.values(change['collections']).every(isCollection);
    case 'put':
      return typeof change['in'] === 'string' && isStored(change['object']);
    case 'remove':
      return typeof change['in'] === 'string' && typeof change['id'] === 'string';
    default:
      return (
        typeof change['key'] === 'string' && isObject(change['answer']) && Array.isArray(change['answer']['headers'])
      );
  }
}

function isCollection(value: Json): boolean {
  return (
    isObject(value) &&
    Array.isArray(value['objects']) &&
    value['objects'].every(isStored) &&
    typeof value['nextOrder'] === 'number'
  );
}

function isStored(value: Json | undefined): boolean {
  return (
    isObject(value) &&
    typeof value['id'] === 'string' &&
    isObject(value['value']) &&
    typeof value['revision'] === 'number' &&
    typeof value['order'] === 'number'
  );
}

function corrupt(file: string, line: number, why: string): TallyError {
  return new TallyError({
    code: 'STATE_FILE_CORRUPT',
    where: `${file}:${line}`,
    why: `${why}, and lines after it would build on it`,
    fix: 'put back a copy of the file, or move it away to begin anew',
  });
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

class Writer implements StateLog {
  readonly salt: string;
  readonly #file: string;
  readonly #settings: StateFileSettings;
  #handle: FileHandle | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** Of whole lines. */
  #size = 0;
  /** Of the file when it was last made anew. */
  #compactSize = 0;
  /** Changes that are in memory, but of which the file may hold only a part. */
  #isBehind = false;

  constructor(file: string, salt: string, settings: StateFileSettings) {
    this.#file = file;
    this.salt = salt;
    this.#settings = settings;
  }

  /** @param size of the whole lines that are there already */
  async begin(size: number): Promise<void> {
    try {
      await makeFolder(path.dirname(this.#file));
      if (size === 0) await this.#replace([]);
      else await this.#openAt(size);
    } catch (cause) {
      throw new TallyError({
        code: 'FILE_NOT_WRITABLE',
        where: this.#file,
        why: fileReason(cause),
        fix: 'name a file that can be written',
        cause,
      });
    }
  }

  append(changes: readonly ServiceChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(changes)}\n`, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #writeAll(): Promise<void> {
    // Requests of the same moment share the write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ line }) => line).join(''));
        for (const { resolve } of batch) resolve();
      } catch (thrown) {
        this.#isBehind = true;
        for (const { reject } of batch) reject(thrown);
      }
    }
    // At once, not in a later turn: what is appended in between would wait for ever.
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    const limit = Math.max(this.#settings.compactBytes ?? COMPACT_BYTES, 2 * this.#compactSize);
    // The present state has these changes in it already.
    if (this.#isBehind || this.#handle === undefined || this.#size > limit) {
      await this.#replace(this.#settings.present());
      this.#isBehind = false;
      return;
    }
    const bytes = Buffer.from(text);
    await this.#handle.writeFile(bytes);
    await this.#handle.datasync();
    this.#size += bytes.length;
  }

  async #replace(changes: readonly ServiceChange[]): Promise<void> {
    const header = JSON.stringify({ tally: 'state', version: 1, salt: this.salt });
    const lines = [header, ...changes.map((each) => JSON.stringify([each]))];
    const text = `${lines.join('\n')}\n`;
    await writeFileAtomically(this.#file, text);
    await this.#handle?.close();
    this.#handle = undefined;
    await this.#openAt(Buffer.byteLength(text));
    this.#compactSize = this.#size;
  }

  /** Whatever stands behind is a line that was cut off. */
  async #openAt(size: number): Promise<void> {
    this.#handle = await open(this.#file, 'a');
    await this.#handle.truncate(size);
    this.#size = size;
  }
}
