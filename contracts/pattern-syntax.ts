/** A regular expression of ECMA-262 as a tree, as far as it matters for how long it can take. */
export type PatternNode =
  /** Takes one character: a literal, an escape, a class, a dot. */
  | { readonly type: 'character'; readonly source: string }
  /** Takes none: `$`, `\b`. */
  | { readonly type: 'assertion'; readonly isStart: boolean }
  | { readonly type: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly type: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly type: 'repetition'; readonly body: PatternNode; readonly min: number; readonly max: number }
  | { readonly type: 'lookaround'; readonly body: PatternNode };

/** Longer ones are not worth reading; nesting is bounded with it. */
const MAX_CHARACTERS = 2000;

/** The tree of a pattern that compiles; undefined where it is too long or uses what is not understood here, as a backreference. */
export function readPattern({ source, flags }: RegExp): PatternNode | undefined {
  if (source.length > MAX_CHARACTERS) return undefined;
  const reader: Reader = { tokens: source.match(flags.includes('u') ? UNICODE_TOKEN : TOKEN) ?? [], at: 0 };
  const node = readChoice(reader);
  return reader.at === reader.tokens.length ? node : undefined;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const GROUP = String.raw`\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[^:)]*:?))?`;
const CLASS = String.raw`\[(?:\\[^]|[^\]\\])*\]`;
const QUANTIFIER = String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})\??`;
const ESCAPE = String.raw`\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|k<[^>]*>|[1-9]\d*|[^])`;
const UNICODE_ESCAPE = String.raw`\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u\{[^}]*\}|\\[pP]\{[^}]*\}`;
const TOKEN = new RegExp([GROUP, CLASS, QUANTIFIER, ESCAPE, '[^]'].join('|'), 'g');
const UNICODE_TOKEN = new RegExp([GROUP, CLASS, QUANTIFIER, UNICODE_ESCAPE, ESCAPE, '[^]'].join('|'), 'gu');

function readChoice(reader: Reader): PatternNode | undefined {
  const options: PatternNode[] = [];
  for (;;) {
    const option = readSequence(reader);
    if (option === undefined) return undefined;
    options.push(option);
    if (reader.tokens[reader.at] !== '|') break;
    reader.at += 1;
  }
  const [only] = options;
  return options.length === 1 ? only : { type: 'choice', options };
}

function readSequence(reader: Reader): PatternNode | undefined {
  const items: PatternNode[] = [];
  for (let token = reader.tokens[reader.at]; token !== undefined; token = reader.tokens[reader.at]) {
    if (token === '|' || token === ')') break;
    const item = readItem(reader, token);
    if (item === undefined) return undefined;
    items.push(quantified(reader, item));
  }
  return { type: 'sequence', items };
}

function readItem(reader: Reader, token: string): PatternNode | undefined {
  reader.at += 1;
  if (token.startsWith('(')) return readGroup(reader, token);
  if (token === '^' || token === '$' || token === '\\b' || token === '\\B')
    return { type: 'assertion', isStart: token === '^' };
  if (/^\\(?:[1-9]|k<)/.test(token)) return undefined;
  return { type: 'character', source: token };
}

function readGroup(reader: Reader, opening: string): PatternNode | undefined {
  const body = readChoice(reader);
  if (body === undefined || reader.tokens[reader.at] !== ')') return undefined;
  reader.at += 1;
  if (/^\(\?<?[=!]$/.test(opening)) return { type: 'lookaround', body };
  // Modifiers, `(?i:`, change what the characters within mean.
  return opening === '(' || opening === '(?:' || opening.startsWith('(?<') ? body : undefined;
}

function quantified(reader: Reader, body: PatternNode): PatternNode {
  const token = reader.tokens[reader.at] ?? '';
  const bounds = boundsOf(token);
  if (bounds === undefined) return body;
  reader.at += 1;
  return { type: 'repetition', body, min: bounds[0], max: bounds[1] };
}

function boundsOf(token: string): readonly [number, number] | undefined {
  if (token.startsWith('*')) return [0, Infinity];
  if (token.startsWith('+')) return [1, Infinity];
  if (token.startsWith('?')) return [0, 1];
  const [, min, comma, max] = /^\{(\d+)(,?)(\d*)\}/.exec(token) ?? [];
  if (min === undefined) return undefined;
  if (comma === '') return [Number(min), Number(min)];
  return [Number(min), max === '' ? Infinity : Number(max)];
}
