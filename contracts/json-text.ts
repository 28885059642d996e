/**
 * Positions in JSON text, found by walking along a pointer without building a tree: only the containers on the way are
 * scanned, and each of them once. Text must be valid JSON; see `jsonSyntaxError` for text that is not.
 */
export class JsonText {
  readonly #text: string;
  readonly #children = new Map<number, ReadonlyMap<string, Child>>();
  readonly #ends: Ends = new Map();
  #lines: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the member's key (of the item in a list) that the keys lead to, or of its nearest parent. */
  offsetOf(keys: readonly string[]): number {
    let at = { key: skipSpace(this.#text, 0), value: skipSpace(this.#text, 0) };
    for (const key of keys) {
      const child = this.#childrenAt(at.value).get(key);
      if (child === undefined) return at.key;
      at = child;
    }
    return at.key;
  }

  /** 1-based. */
  positionOf(offset: number): { line: number; column: number } {
    this.#lines ??= lineStarts(this.#text);
    return positionIn(this.#lines, offset);
  }

  #childrenAt(offset: number): ReadonlyMap<string, Child> {
    const known = this.#children.get(offset);
    if (known !== undefined) return known;
    const found = scanChildren(this.#text, offset, this.#ends);
    this.#children.set(offset, found);
    return found;
  }
}

interface Child {
  readonly key: number;
  readonly value: number;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const BACKSLASH = 92;

/** Offsets of the first character of every line. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** 1-based line and column of an offset, by binary search. */
export function positionIn(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function scanChildren(text: string, offset: number, ends: Ends): ReadonlyMap<string, Child> {
  const children = new Map<string, Child>();
  const opening = text.charCodeAt(offset);
  if (opening !== OPEN_OBJECT && opening !== OPEN_LIST) return children;
  let at = skipSpace(text, offset + 1);
  for (let index = 0; at < text.length && !isClosing(text.charCodeAt(at)); index++) {
    let key = String(index);
    let value = at;
    if (opening === OPEN_OBJECT) {
      const end = endOfString(text, at);
      key = unquote(text.slice(at, end));
      value = skipSpace(text, skipSpace(text, end) + 1);
    }
    // The last of two equal keys wins, as in JSON.parse.
    children.set(key, { key: at, value });
    at = skipSpace(text, endOfValue(text, value, ends));
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return children;
}

function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_LIST;
}

function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const parsed: unknown = JSON.parse(quoted);
  return String(parsed);
}

function skipSpace(text: string, offset: number): number {
  let at = offset;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9 && code !== 0xfeff) return at;
  }
  return at;
}

/** Behind the closing quote. `indexOf` is an order of magnitude faster than looking at every character. */
function endOfString(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function endOfValue(text: string, offset: number, ends: Ends): number {
  const first = text.charCodeAt(offset);
  if (first === QUOTE) return endOfString(text, offset);
  if (first === OPEN_OBJECT || first === OPEN_LIST) return endOfContainer(text, offset, ends);
  let at = offset;
  while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++;
  return at;
}

/** Where the larger containers that were skipped end, by offset, so that going into one does not scan it again. */
type Ends = Map<number, number>;

const REMEMBERED_DEPTH = 3;

function endOfContainer(text: string, offset: number, ends: Ends): number {
  const known = ends.get(offset);
  if (known !== undefined) return known;
  const open: number[] = [];
  for (let at = offset; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) open.push(at);
    else if (isClosing(code)) {
      const start = open.pop() ?? offset;
      if (open.length <= REMEMBERED_DEPTH) ends.set(start, at + 1);
      if (open.length === 0) return at + 1;
    }
  }
  return text.length;
}

/** How many keys stand in valid JSON, equal ones too. */
export function countKeys(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    at = endOfString(text, at);
    if (text.charCodeAt(skipSpace(text, at)) === COLON) count++;
  }
  return count;
}

/** The offset of the first key in valid JSON that its object has already. */
export function repeatedKey(text: string): number | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_OBJECT || code === OPEN_LIST) open.push(new Set());
    else if (isClosing(code)) open.pop();
    if (code !== QUOTE) continue;
    const end = endOfString(text, at);
    if (text.charCodeAt(skipSpace(text, end)) === COLON) {
      const key = unquote(text.slice(at, end));
      if (open.at(-1)?.has(key)) return at;
      open.at(-1)?.add(key);
    }
    at = end - 1;
  }
  return undefined;
}

/** The offset of the first list or object in valid JSON that has more than so many around it. */
export function offsetBelow(text: string, depth: number): number | undefined {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (isClosing(code)) open -= 1;
    else if ((code === OPEN_OBJECT || code === OPEN_LIST) && ++open > depth + 1) return at;
  }
  return undefined;
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/**
 * Where text stops being JSON, and why in words; undefined where it is JSON. JSON.parse itself names no position for many
 * mistakes in Node 20.
 */
export function jsonSyntaxError(text: string): { readonly offset: number; readonly why: string } | undefined {
  const open: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let expect: 'value' | 'value or ]' | 'key' | 'key or }' | 'separator' = 'value';
  for (;;) {
    at = match(SPACE, text, at) ?? at;
    const character = text.charAt(at);
    const inside = open.at(-1);
    if (expect === 'separator') {
      if (inside === undefined)
        return character === '' ? undefined : { offset: at, why: 'text follows after the end of the document' };
      if (character === (inside === '{' ? '}' : ']')) open.pop();
      else if (character === ',') expect = inside === '{' ? 'key' : 'value';
      else
        return {
          offset: at,
          why: unexpected(text, at, `a comma or the closing ${inside === '{' ? 'brace' : 'bracket'}`),
        };
      at++;
      continue;
    }
    if ((expect === 'key or }' && character === '}') || (expect === 'value or ]' && character === ']')) {
      open.pop();
      expect = 'separator';
      at++;
      continue;
    }
    if (expect === 'key' || expect === 'key or }') {
      const end = character === '"' ? match(SCALAR, text, at) : undefined;
      if (end === undefined) return { offset: at, why: unexpected(text, at, 'a key in double quotes') };
      at = match(SPACE, text, end) ?? end;
      if (text.charAt(at) !== ':') return { offset: at, why: unexpected(text, at, 'a colon') };
      at++;
      expect = 'value';
      continue;
    }
    if (character === '{' || character === '[') {
      open.push(character);
      expect = character === '{' ? 'key or }' : 'value or ]';
      at++;
      continue;
    }
    const end = match(SCALAR, text, at);
    if (end === undefined) return { offset: at, why: unexpected(text, at, 'a value') };
    at = end;
    expect = 'separator';
  }
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function unexpected(text: string, at: number, wanted: string): string {
  const character = text.charAt(at);
  return `${wanted} is expected, but ${character === '' ? 'the text ends' : `${JSON.stringify(character)} stands`} here`;
}
