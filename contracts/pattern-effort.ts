import { isUnambiguous } from './pattern-ambiguity.ts';
import { readPattern, type PatternNode } from './pattern-syntax.ts';

/** So many steps take some milliseconds. */
const MAX_STEPS = 1_000_000;
/** The engine's stack holds some hundred thousand repetitions; a longer text is worth a second thought anyway. */
const MAX_CHARACTERS = 100_000;
/** The square of it is what a pattern takes that may start anywhere, and then has only one way on. */
const MAX_UNANCHORED = Math.sqrt(MAX_STEPS);

/**
 * Up to how many characters of text a pattern can be run without a second thought: it takes some milliseconds at most,
 * whatever the text. Infinity where it never looks at more than its own length, 0 where nothing is known of it.
 */
export function safeLength(pattern: RegExp): number {
  const node = readPattern(pattern);
  if (node === undefined) return 0;
  const isAnchored = startsAtStart(node) && !pattern.flags.includes('m');
  const width = Math.max(1, widthOf(node));
  const steps = (length: number): number => waysThrough(node, length) * width * (isAnchored ? 1 : length + 1);
  if (isAnchored && steps(Infinity) <= MAX_STEPS) return Infinity;
  const known = longest((length) => steps(length) <= MAX_STEPS);
  if (known === MAX_CHARACTERS || width > MAX_UNANCHORED || !isUnambiguous(node, pattern.flags)) return known;
  return isAnchored ? MAX_CHARACTERS : Math.max(known, MAX_UNANCHORED);
}

function longest(isFine: (length: number) => boolean): number {
  let [fine, tooLong] = [0, MAX_CHARACTERS + 1];
  while (tooLong - fine > 1) {
    const middle = Math.floor((fine + tooLong) / 2);
    if (isFine(middle)) fine = middle;
    else tooLong = middle;
  }
  return fine;
}

type Repetition = Extract<PatternNode, { type: 'repetition' }>;

function startsAtStart(node: PatternNode): boolean {
  if (node.type === 'assertion') return node.isStart;
  if (node.type === 'choice') return node.options.every(startsAtStart);
  const [first] = node.type === 'sequence' ? node.items : [];
  return first !== undefined && startsAtStart(first);
}

function partsOf(node: PatternNode): readonly PatternNode[] {
  if (node.type === 'sequence') return node.items;
  if (node.type === 'choice') return node.options;
  return node.type === 'lookaround' || node.type === 'repetition' ? [node.body] : [];
}

/** How many characters it compares on each way, those of repetitions that depend on the text only once. */
function widthOf(node: PatternNode): number {
  if (node.type === 'repetition') return widthOf(node.body) * Math.max(1, node.min);
  if (node.type === 'character' || node.type === 'assertion') return 1;
  return partsOf(node).reduce((width, part) => width + widthOf(part), 0);
}

/** How many ways there are at most through a text of this length from one place, whatever stands in it. */
function waysThrough(node: PatternNode, length: number): number {
  if (node.type === 'repetition') return waysToRepeat(node, length);
  if (node.type === 'character' || node.type === 'assertion') return 1;
  const ways = partsOf(node).map((part) => waysThrough(part, length));
  return node.type === 'choice' ? ways.reduce((sum, each) => sum + each, 0) : ways.reduce((all, each) => all * each, 1);
}

function waysToRepeat({ body, min, max }: Repetition, length: number): number {
  const once = waysThrough(body, length);
  const most = Math.min(max, Math.max(length, min));
  if (once === 1) return most - min + 1;
  let ways = 0;
  for (let times = min; times <= most && ways <= MAX_STEPS; times++) ways += once ** times;
  return ways;
}
