import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { TallyError } from './error.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { relativeTo } from './load-document.ts';
import type { RecordedUse } from './recorded-use.ts';
import { messageOf } from './thrown.ts';

/** What was recorded, and which recordings could not be read. */
export interface Traffic {
  readonly uses: readonly RecordedUse[];
  /** Relative to the workspace root. */
  readonly unreadable: readonly string[];
}

/** Where the mocks' journals and HAR files are looked for when none is given. */
const FOLDERS = ['mocks/journals', 'reports/out'];

/**
 * Reads recorded exchanges: HAR 1.2, and the mocks' journal, one exchange a line.
 *
 * @param given absolute, or relative to `root`
 * @throws TallyError TRAFFIC_UNREADABLE for a file that was given; one that was only found is listed as unreadable
 */
export async function readTraffic(root: string, given: readonly string[]): Promise<Traffic> {
  const uses: RecordedUse[] = [];
  const unreadable: string[] = [];
  for (const file of new Set(given.map((each) => path.resolve(root, each))))
    uses.push(...(await readRecording(file, root)));
  if (given.length > 0) return { uses, unreadable };
  for (const file of await foundIn(root)) {
    const read = await readRecording(file, root).catch(() => undefined);
    if (read === undefined) unreadable.push(relativeTo(root, file));
    else uses.push(...read);
  }
  return { uses, unreadable };
}

async function foundIn(root: string): Promise<readonly string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(path.join(root, folder)).catch((): string[] => []);
      return names.filter((name) => /\.(har|ndjson)$/.test(name)).map((name) => path.join(root, folder, name));
    }),
  );
  return found.flat().toSorted();
}

async function readRecording(file: string, root: string): Promise<readonly RecordedUse[]> {
  const source = relativeTo(root, file);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(source, messageOf(cause), cause);
  });
  const isJournal = !file.endsWith('.har') && !/^\s*\{\s*"log"/.test(text);
  return isJournal ? journalUses(text, source) : harUses(text, source);
}

/** The last line of a journal may be cut: its process was killed while it wrote. */
function journalUses(text: string, source: string): readonly RecordedUse[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line, index) => {
    const exchange = parsed(line);
    if (exchange === undefined && index < lines.length - 1)
      throw unreadable(`${source}:${index + 1}`, 'this line is no JSON object');
    return exchange === undefined ? [] : exchangeUse(exchange);
  });
}

function harUses(text: string, source: string): readonly RecordedUse[] {
  const log = parsed(text)?.['log'];
  const entries = isObject(log) ? log['entries'] : undefined;
  if (!Array.isArray(entries)) throw unreadable(source, 'it has no log.entries');
  return entries.flatMap((entry: Json) => (isObject(entry) ? entryUse(entry) : []));
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function exchangeUse({ request, response }: JsonObject): readonly RecordedUse[] {
  if (!isObject(request)) return [];
  const headers = isObject(request['headers']) ? request['headers'] : {};
  return useOf(request, isObject(response) ? response['status'] : undefined, headers, request['body']);
}

function entryUse({ request, response }: JsonObject): readonly RecordedUse[] {
  if (!isObject(request)) return [];
  const pairs = Array.isArray(request['headers']) ? request['headers'].filter(isObject) : [];
  const headers = Object.fromEntries(pairs.map(({ name, value }) => [textOf(name).toLowerCase(), value ?? '']));
  const body = isObject(request['postData']) ? request['postData']['text'] : undefined;
  return useOf(request, isObject(response) ? response['status'] : undefined, headers, body);
}

function useOf(
  request: JsonObject,
  status: Json | undefined,
  headers: JsonObject,
  body: Json | undefined,
): readonly RecordedUse[] {
  const url = textOf(request['url']);
  const method = textOf(request['method']).toUpperCase();
  if (method === '' || !URL.canParse(url, 'http://localhost')) return [];
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  return [
    {
      from: 'traffic',
      consumer: clientOf(headers),
      description: `${method} ${pathname}`,
      request: { method, path: pathname, query, headers, ...(body === undefined ? {} : { body: bodyOf(body) }) },
      ...(typeof status === 'number' && status > 0 ? { response: { status } } : {}),
    },
  ];
}

/** The product of a User-Agent: `checkout/1.2`. */
function clientOf(headers: JsonObject): string {
  const agent = Object.entries(headers).find(([name]) => name.toLowerCase() === 'user-agent')?.[1];
  const [product = ''] = textOf(agent).split(/\s/, 1);
  return product === '' ? 'an unnamed client' : product;
}

function bodyOf(body: Json): Json {
  if (typeof body !== 'string') return body;
  try {
    const value: Json = JSON.parse(body);
    return value;
  } catch {
    return body;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function unreadable(where: string, why: string, cause?: unknown): TallyError {
  return new TallyError({
    code: 'TRAFFIC_UNREADABLE',
    where,
    why,
    fix: 'give a HAR 1.2 file, or a journal that `tally mock --journal` wrote',
    cause,
  });
}
