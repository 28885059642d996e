import type { PatternNode } from './pattern-syntax.ts';

/** More places for a character than this are not worth comparing. */
const MAX_PLACES = 300;
/** `{4}` is read as four copies; more often it is read as a loop. */
const MAX_COPIES = 8;

/**
 * Whether, at every character of a text, a pattern has at most one way on: then it goes back over nothing, however it
 * repeats. Glushkov's construction, "one-unambiguous" in Brüggemann-Klein and Wood's words. `false` may also mean that
 * it was too much work to tell.
 */
export function isUnambiguous(node: PatternNode, flags: string): boolean {
  const places: Places = { flags: flags.replace(/[gy]/g, ''), known: new Map(), sets: [], follow: [] };
  const read = readNode(places, node);
  return (
    read !== undefined && isDisjoint(places, read.first) && places.follow.every((next) => isDisjoint(places, next))
  );
}

interface Places {
  readonly flags: string;
  /** What the sources seen so far take. */
  readonly known: Map<string, bigint>;
  /** The characters that each place takes: a bit for each of ASCII, the last for all the others. */
  readonly sets: bigint[];
  /** Which places may come after it. */
  readonly follow: Set<number>[];
}

interface Extent {
  readonly first: ReadonlySet<number>;
  readonly last: ReadonlySet<number>;
  /** Can be matched by nothing. */
  readonly isEmptiable: boolean;
}

const NOTHING: Extent = { first: new Set(), last: new Set(), isEmptiable: true };

function readNode(places: Places, node: PatternNode): Extent | undefined {
  switch (node.type) {
    case 'character':
      return readCharacter(places, node.source);
    case 'assertion':
      return NOTHING;
    case 'sequence':
      return readSequence(places, node.items);
    case 'choice':
      return readChoice(places, node.options);
    case 'repetition':
      return readRepetition(places, node);
    default:
      return undefined;
  }
}

function readCharacter(places: Places, source: string): Extent | undefined {
  const place = places.sets.length;
  if (place >= MAX_PLACES) return undefined;
  const set = places.known.get(source) ?? charactersOf(source, places.flags);
  places.known.set(source, set);
  places.sets.push(set);
  places.follow.push(new Set());
  return { first: new Set([place]), last: new Set([place]), isEmptiable: false };
}

function readSequence(places: Places, items: readonly PatternNode[]): Extent | undefined {
  let whole = NOTHING;
  for (const item of items) {
    const next = readNode(places, item);
    if (next === undefined || !connect(places, whole.last, next.first)) return undefined;
    whole = {
      first: whole.isEmptiable ? both(whole.first, next.first) : whole.first,
      last: next.isEmptiable ? both(whole.last, next.last) : next.last,
      isEmptiable: whole.isEmptiable && next.isEmptiable,
    };
  }
  return whole;
}

function readChoice(places: Places, options: readonly PatternNode[]): Extent | undefined {
  let whole: Extent = { ...NOTHING, isEmptiable: false };
  for (const option of options) {
    const next = readNode(places, option);
    // Two ways to match nothing are two ways on.
    if (next === undefined || (whole.isEmptiable && next.isEmptiable)) return undefined;
    whole = {
      first: both(whole.first, next.first),
      last: both(whole.last, next.last),
      isEmptiable: whole.isEmptiable || next.isEmptiable,
    };
  }
  return whole;
}

function readRepetition(
  places: Places,
  { body, min, max }: Extract<PatternNode, { type: 'repetition' }>,
): Extent | undefined {
  if (max === 0) return NOTHING;
  if (min === max && max <= MAX_COPIES)
    return readSequence(
      places,
      Array.from({ length: max }, () => body),
    );
  const once = readNode(places, body);
  if (once === undefined || once.isEmptiable) return undefined;
  if (max > 1 && !connect(places, once.last, once.first)) return undefined;
  return { ...once, isEmptiable: min === 0 };
}

function both(one: ReadonlySet<number>, other: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...one, ...other]);
}

/** False where there is such a way already: a loop in a loop, `(a+)+`. */
function connect(places: Places, from: ReadonlySet<number>, to: ReadonlySet<number>): boolean {
  for (const place of from) {
    const next = places.follow[place];
    for (const other of to) {
      if (next === undefined || next.has(other)) return false;
      next.add(other);
    }
  }
  return true;
}

function isDisjoint({ sets }: Places, chosen: ReadonlySet<number>): boolean {
  let taken = 0n;
  for (const place of chosen) {
    const set = sets[place] ?? 0n;
    if ((taken & set) !== 0n) return false;
    taken |= set;
  }
  return true;
}

const BEYOND_ASCII = 1n << 128n;
/** What can only be ASCII, also where case is ignored (`k` is then the Kelvin sign as well). */
const PLAIN =
  /^(?:[^\\.[\u0080-\u{10ffff}]|\\[dwtnrfv0^$\\.*+?()[\]{}|/-]|\[(?!\^)(?:[ -Z^-~]|\\[dwtnrfv\\.*+?()[\]{}|/^$-])*\])$/u;

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');

function charactersOf(source: string, flags: string): bigint {
  let set = PLAIN.test(source) && !flags.includes('i') ? 0n : BEYOND_ASCII;
  for (const [found] of ASCII.matchAll(new RegExp(source, `${flags}g`))) set |= 1n << BigInt(found.charCodeAt(0));
  return set;
}
