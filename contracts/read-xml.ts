import { lineStarts, positionIn } from './json-text.ts';

/** An element of an XML document. Comments and processing instructions are left out. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** '' where it has none. */
  readonly namespace: string;
  /** By the name as written; namespace declarations are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Namespaces in scope by prefix, '' for the default: names in attribute values need them. */
  readonly prefixes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly in it. */
  readonly text: string;
  /** 1-based, of its `<`. */
  readonly line: number;
  readonly column: number;
}

/** Why a text is no XML that we read, and where. */
export interface XmlProblem {
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads an XML document as a tree. Refuses any DOCTYPE: entities are how XML reads files and fills memory. It is no
 * validator: what is not well formed in another way than its tags is taken as it comes. The library that validates takes
 * 100 ms to load and has no synchronous way in, which a comparison of two schemas is not worth.
 */
export function readXml(text: string): XmlElement | XmlProblem {
  const starts = lineStarts(text);
  const stack: Open[] = [
    { name: '', attributes: {}, prefixes: { '': '', xml: XML }, namespace: '', children: [], text: '', at: 0 },
  ];
  for (const token of text.matchAll(TOKEN)) {
    const problem = take(token, stack, starts);
    if (problem !== undefined) return { why: problem, ...positionIn(starts, token.index) };
  }
  const [document, open] = stack;
  if (open !== undefined) return { why: `<${open.name}> is not closed`, ...positionIn(starts, open.at) };
  const [root, second] = document?.children ?? [];
  if (root !== undefined && second === undefined) return root;
  return { why: 'it has not exactly one root element', line: 1, column: 1 };
}

const XML = 'http://www.w3.org/XML/1998/namespace';

/** Each alternative ends at the first of its own end marks, so no text makes it run long. */
const TOKEN =
  /<!--[^]*?(?:-->|$)|<\?[^]*?(?:\?>|$)|<!\[CDATA\[([^]*?)(?:\]\]>|$)|<!|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|<|([^<]+)/g;

type Starts = ReturnType<typeof lineStarts>;

interface Open {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly prefixes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
  readonly at: number;
}

/** Takes one token into the innermost open element. Returns why it cannot. */
function take(token: RegExpMatchArray, stack: Open[], starts: Starts): string | undefined {
  const [whole, cdata, closed, opened, attributes, empty, characters] = token;
  const parent = stack.at(-1);
  if (parent === undefined) return 'more is closed than was opened';
  if (whole === '<!') return 'it has a DOCTYPE, which is refused unread';
  if (whole === '<') return 'this is no tag';
  if (cdata !== undefined) parent.text += cdata;
  if (characters !== undefined) parent.text += unescaped(characters);
  if (opened !== undefined) stack.push(open(opened, attributes ?? '', parent, token.index ?? 0));
  if (closed !== undefined && (stack.length === 1 || parent.name !== closed)) return `</${closed}> closes nothing`;
  if (closed !== undefined || empty === '/') close(stack, starts);
  return stack.length > MAX_DEPTH ? `it is nested deeper than ${MAX_DEPTH} levels` : undefined;
}

const MAX_DEPTH = 100;

function open(name: string, written: string, parent: Open, at: number): Open {
  const pairs = [...written.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(
    ([, key = '', double, single]) => [key, unescaped(double ?? single ?? '')] as const,
  );
  const prefixes = { ...parent.prefixes };
  for (const [key, value] of pairs) {
    const [, prefix] = /^xmlns(?::(.+))?$/.exec(key) ?? [undefined, null];
    if (prefix !== null) prefixes[prefix ?? ''] = value;
  }
  const attributes = Object.fromEntries(pairs.filter(([key]) => !/^xmlns(?::|$)/.test(key)));
  const [prefix] = name.includes(':') ? name.split(':') : [''];
  return { name, attributes, prefixes, namespace: prefixes[prefix ?? ''] ?? '', children: [], text: '', at };
}

function close(stack: Open[], starts: Starts): void {
  const ended = stack.pop();
  if (ended === undefined) return;
  const { at, name, ...element } = ended;
  stack.at(-1)?.children.push({ ...element, name: name.slice(name.indexOf(':') + 1), ...positionIn(starts, at) });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (whole, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    if (name !== undefined) return ENTITIES[String(name)] ?? whole;
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
