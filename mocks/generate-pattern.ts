import { readPattern, type PatternNode } from '../contracts/index.ts';
import type { Random } from './seeded-random.ts';

/** Makes texts that a regular expression matches, as far as it can be told without trying. */
export interface PatternPlan {
  /** Of the texts that it makes, in characters. */
  readonly min: number;
  readonly max: number;
  /** As long as told where that is possible. Lookarounds and word boundaries are not regarded: the text is to be tried. */
  make(random: Random, length: number): string;
}

/** @returns undefined for a pattern that is not understood: backreferences, modifiers, more than 2,000 characters */
export function planPattern(expression: RegExp): PatternPlan | undefined {
  const node = readPattern(expression);
  return node === undefined ? undefined : planNode(node, expression.flags);
}

function planNode(node: PatternNode, flags: string): PatternPlan | undefined {
  switch (node.type) {
    case 'character':
      return planCharacter(node.source, flags);
    case 'sequence':
      return planSequence(node.items, flags);
    case 'choice':
      return planChoice(node.options, flags);
    case 'repetition':
      return planRepetition(node.body, node.min, node.max, flags);
    default:
      return NOTHING;
  }
}

const NOTHING: PatternPlan = { min: 0, max: 0, make: () => '' };

function planCharacter(source: string, flags: string): PatternPlan | undefined {
  const characters = charactersOf(source, flags);
  if (characters.length === 0) return undefined;
  return { min: 1, max: 1, make: (random) => random.pick(characters) };
}

/** What people type first, then the rest of ASCII, then some of what is written elsewhere. */
const PLAIN = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const OTHERS = Array.from({ length: 0x3100 }, (_, index) => String.fromCharCode(index));
const BEYOND = ['\u{1F600}', '\u{1F680}', '中', '한', '\uFF21', '\u{10348}', '\uE000', '\uFFFD'];

const known = new Map<string, readonly string[]>();

/** The characters that a literal, an escape or a class takes; of those that a class leaves open, the plain ones. */
function charactersOf(source: string, flags: string): readonly string[] {
  const key = `${flags}/${source}`;
  let found = known.get(key);
  if (found === undefined) {
    found = findCharacters(source, flags);
    if (known.size > 2000) known.clear();
    known.set(key, found);
  }
  return found;
}

function findCharacters(source: string, flags: string): readonly string[] {
  const expression = new RegExp(`^(?:${source})$`, flags);
  const matching = (characters: readonly string[]): readonly string[] =>
    characters.filter((character) => expression.test(character));
  const isOpen = source === '.' || source.startsWith('[^') || /^\\[A-Z]$/.test(source);
  const plain = isOpen ? matching(PLAIN) : [];
  if (plain.length > 0) return plain;
  const printable = matching(PRINTABLE);
  if (printable.length > 0) return printable;
  const others = matching(OTHERS);
  if (others.length > 0) return others;
  return matching([...BEYOND, ...writtenIn(source)]);
}

/** What no list holds: `\u4e00`, `\u{1f4a9}`, the character itself. */
function writtenIn(source: string): readonly string[] {
  const escapes = [...source.matchAll(/\\u\{?([\da-f]{4,6})\}?/gi)].map(([, code = '0']) => Number.parseInt(code, 16));
  return [
    ...escapes.filter((code) => code <= 0x10ffff).map((code) => String.fromCodePoint(code)),
    ...Array.from(source),
  ];
}

function planSequence(items: readonly PatternNode[], flags: string): PatternPlan | undefined {
  const plans: PatternPlan[] = [];
  for (const item of items) {
    const plan = planNode(item, flags);
    if (plan === undefined) return undefined;
    if (plan.max > 0) plans.push(plan);
  }
  const min = sum(plans.map((plan) => plan.min));
  const max = sum(plans.map((plan) => plan.max));
  const [only] = plans;
  if (plans.length === 1 && only !== undefined) return only;
  const rooms = plans.map((_, index) => sum(plans.slice(index + 1).map((plan) => plan.max - plan.min)));
  return { min, max, make: (random, length) => inParts(random, plans, rooms, length - min) };
}

/**
 * Spreads the characters that are more than the least over the parts that can take some.
 *
 * @param rooms how many characters the parts behind each can take
 */
function inParts(random: Random, plans: readonly PatternPlan[], rooms: readonly number[], more: number): string {
  let text = '';
  let toSpread = Math.max(0, more);
  for (const [index, plan] of plans.entries()) {
    const own = plan.max - plan.min;
    const least = Math.min(own, Math.max(0, toSpread - (rooms[index] ?? 0)));
    const most = Math.min(own, toSpread);
    const share = least >= most ? least : random.whole(least, most);
    toSpread -= share;
    text += plan.make(random, plan.min + share);
  }
  return text;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** An alternative that cannot be made is left out. */
function planChoice(options: readonly PatternNode[], flags: string): PatternPlan | undefined {
  const plans = options.map((option) => planNode(option, flags)).filter((plan) => plan !== undefined);
  if (plans.length === 0) return undefined;
  const min = Math.min(...plans.map((plan) => plan.min));
  const max = Math.max(...plans.map((plan) => plan.max));
  const make = (random: Random, length: number): string => {
    const fitting = plans.filter((plan) => plan.min <= length && length <= plan.max);
    return random.pick(fitting.length > 0 ? fitting : plans).make(random, length);
  };
  return { min, max, make };
}

/** As often as anyone writes it. */
const OFTEN = 10_000;

function planRepetition(body: PatternNode, min: number, max: number, flags: string): PatternPlan | undefined {
  const plan = planNode(body, flags);
  if (plan === undefined) return min === 0 ? NOTHING : undefined;
  if (min > OFTEN) return undefined;
  const most = plan.max === 0 ? min : max;
  const make = (random: Random, length: number): string => {
    const fewest = Math.max(
      min,
      plan.max === Infinity ? (length > min * plan.min ? 1 : 0) : Math.ceil(length / Math.max(plan.max, 1)),
    );
    const highest = Math.min(most, plan.min === 0 ? fewest + 3 : Math.floor(length / plan.min));
    const count = Math.min(OFTEN, fewest >= highest ? Math.min(fewest, most) : random.whole(fewest, highest));
    const room = plan.max - plan.min;
    const parts = Array.from({ length: count }, () => plan);
    const rooms = parts.map((_, index) => times(count - 1 - index, room));
    return inParts(random, parts, rooms, length - count * plan.min);
  };
  return { min: min * plan.min, max: times(most, plan.max), make };
}

function times(count: number, size: number): number {
  return count === 0 || size === 0 ? 0 : count * size;
}
