import { isUtf8 } from 'node:buffer';
import { TallyError } from './error.ts';
import type { Json } from './json.ts';
import { countKeys, jsonSyntaxError, lineStarts, offsetBelow, positionIn, repeatedKey } from './json-text.ts';
import { yaml } from './yaml-library.ts';

/** Deeper documents are refused: no description of an interface is, and every later walk may recurse. */
const MAX_DEPTH = 100;

/**
 * Reads YAML or JSON text as plain data. Members named `__proto__` are dropped. `source` names the file in errors.
 *
 * @throws TallyError CONTRACT_UNREADABLE with the line: syntax, duplicate keys, too many aliases, nesting deeper than 100
 */
export function parseDocumentText(text: string, source: string): Json {
  const isJson = looksLikeJson(text, source);
  const value = isJson ? parseJson(text, source) : parseYaml(text, source);
  const memberCount = checkDepth(value, 0, () => tooDeep(source, isJson ? text : ''));
  if (isJson && memberCount !== countKeys(text)) refuseRepeatedKey(text, source);
  return value;
}

/** @throws TallyError CONTRACT_UNREADABLE with the line: bytes that are no UTF-8 would be read as question marks */
export function textOf(bytes: Buffer, source: string): string {
  const text = bytes.toString('utf8');
  const offset = text.indexOf('\uFFFD');
  const encoding = foreignEncoding(text);
  if (encoding !== undefined)
    throw unreadable(source, { line: 1, column: 1 }, `it is written in ${encoding}: save it in UTF-8`);
  if (offset === -1 || isUtf8(bytes)) return text;
  throw unreadable(source, positionIn(lineStarts(text), offset), 'its bytes are no UTF-8: save it in this encoding');
}

/**
 * The encoding of a text that was read as UTF-8 and is in UTF-16 or UTF-32: with a byte order mark, or with zeros between
 * the letters that it begins with.
 */
export function foreignEncoding(text: string): 'UTF-16' | 'UTF-32' | undefined {
  const start = text.slice(0, 12);
  if (/^\uFFFD\uFFFD\0\0|^\0\0\uFFFD\uFFFD|^[^\0]\0{3}[^\0]\0{3}|^\0{3}[^\0]\0{3}[^\0]/.test(start)) return 'UTF-32';
  return /^\uFFFD\uFFFD|^[^\0]\0[^\0]\0|^\0[^\0]\0[^\0]/.test(start) ? 'UTF-16' : undefined;
}

/** YAML is a superset, but JSON.parse is a hundred times faster; a `.yaml` file that starts like JSON may still be YAML. */
function looksLikeJson(text: string, source: string): boolean {
  if (source.endsWith('.json')) return true;
  return /^\s*\{\s*"/.test(text) && jsonSyntaxError(text) === undefined;
}

function parseJson(text: string, source: string): Json {
  try {
    const value: Json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return value;
  } catch (cause) {
    const found = jsonSyntaxError(text);
    const position = positionIn(lineStarts(text), found?.offset ?? 0);
    throw unreadable(
      source,
      position,
      text.trim() === '' ? 'the file is empty' : `this is no JSON: ${found?.why ?? String(cause)}`,
      cause,
    );
  }
}

function parseYaml(text: string, source: string): Json {
  const { LineCounter, parseDocument } = yaml();
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' });
    const error = document.errors[0];
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      throw unreadable(source, { line, column: col }, yamlReason(error.code, error.message), error);
    }
    const value: Json = document.toJS({ maxAliasCount: 100 });
    return value;
  } catch (cause) {
    if (cause instanceof TallyError) throw cause;
    throw unreadable(source, aliasPlace(text, cause), aliasReason(cause), cause);
  }
}

/** JSON.parse takes the last of two equal keys without a word; other readers take the first. RFC 8259 §4 */
function refuseRepeatedKey(text: string, source: string): void {
  const offset = repeatedKey(text);
  if (offset !== undefined) throw unreadable(source, positionIn(lineStarts(text), offset), REPEATED_KEY);
}

const REPEATED_KEY = 'this key stands twice in the same map';

/** What is wrong with YAML, from the parser's code and message. */
export function yamlReason(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return REPEATED_KEY;
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one YAML document';
  // The parser itself ran out of stack.
  if (/call stack/.test(message)) return `it is nested deeper than ${MAX_DEPTH} levels`;
  return `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** Why the aliases of a YAML document cannot be resolved. */
export function aliasReason(cause: unknown): string {
  if (cause instanceof RangeError) return `it is nested deeper than ${MAX_DEPTH} levels`;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.startsWith('Excessive alias'))
    return 'its aliases (*name) multiply beyond 100 copies, as in an alias bomb';
  const unknown = unknownAlias(message);
  return unknown === undefined ? message : `the alias *${unknown} has no anchor &${unknown} before it`;
}

function unknownAlias(message: string): string | undefined {
  return /^Unresolved alias[^:]*: (\S+)$/.exec(message)?.[1];
}

/** Where the alias stands that cannot be resolved; the first one where the parser does not say which it is. */
export function aliasPlace(text: string, cause: unknown): { readonly line: number; readonly column: number } {
  const name = unknownAlias(cause instanceof Error ? cause.message : '');
  const aliases = [...text.matchAll(/(?<=^|[\s[,:])\*([^\s,[\]{}]+)/gm)];
  const found = aliases.find(([, each]) => name === undefined || each === name);
  return found === undefined ? { line: 1, column: 1 } : positionIn(lineStarts(text), found.index);
}

/** How many members its objects have. Also drops `__proto__`: copied by assignment it would become a prototype. */
function checkDepth(value: Json, depth: number, refusal: () => TallyError): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw refusal();
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += checkDepth(item, depth + 1, refusal);
    return count;
  }
  const children = Object.values(value);
  for (const child of children) count += checkDepth(child, depth + 1, refusal);
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  return count + children.length;
}

/** At the value that is one level too deep, where the text is JSON. */
function tooDeep(source: string, json: string): TallyError {
  const position = positionIn(lineStarts(json), offsetBelow(json, MAX_DEPTH) ?? 0);
  return unreadable(source, position, `it is nested deeper than ${MAX_DEPTH} levels`);
}

function unreadable(
  source: string,
  position: { line: number; column: number },
  why: string,
  cause?: unknown,
): TallyError {
  return new TallyError({
    code: 'CONTRACT_UNREADABLE',
    where: `${source}:${position.line}:${position.column}`,
    why,
    fix: 'correct the file at this place',
    cause,
  });
}
