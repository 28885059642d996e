import type { Json } from '../contracts/index.ts';
import { planPattern } from './generate-pattern.ts';
import { IMPOSSIBLE, type Plan, type Schema } from './generate-plan.ts';
import type { GeneratorSettings } from './generate-settings.ts';
import { formatTest } from './generate-validator.ts';
import { writersOf } from './generate-format.ts';
import { wordsWithin, writerFor } from './generate-words.ts';
import { seededRandom, type Random } from './seeded-random.ts';

/** What a text must be. Lengths are in code points, as AJV counts them. */
interface TextRules {
  readonly min: number;
  readonly max: number;
  readonly patterns: readonly RegExp[];
  readonly formats: readonly string[];
  readonly tests: readonly ((text: string) => boolean)[];
}

type Maker = (random: Random) => string;

/**
 * Texts of all lengths, patterns and formats asked for. The ways to make one are tried beforehand, always in the same
 * manner; only those that succeed are used.
 *
 * @param name of the property, which says what people would expect in it
 */
export function planText(schemas: readonly Schema[], settings: GeneratorSettings, name = ''): Plan {
  const rules = rulesOf(schemas);
  if (rules === undefined || rules.min > rules.max) return IMPOSSIBLE;
  const making = bestMakers(rules, makersOf(rules, settings, name));
  const [only] = making;
  const isCertain = rules.patterns.length === 0 && rules.min === 0 && rules.max === Infinity && making.length === 1;
  // Trying takes longer than making; the whole value is judged in the end.
  if (isCertain && only !== undefined) return { height: () => 0, make: ({ random }) => only(random) };
  if (making.length > 0) return planTries(rules, making);
  const given = givenTexts(schemas).filter((text) => isFine(rules, text));
  if (given.length === 0) return IMPOSSIBLE;
  return { height: () => 0, make: ({ random }) => random.pick(given) };
}

/** @returns undefined where a pattern cannot be compiled */
function rulesOf(schemas: readonly Schema[]): TextRules | undefined {
  const patterns: RegExp[] = [];
  for (const { pattern } of schemas) {
    const compiled = typeof pattern === 'string' ? compilePattern(pattern) : undefined;
    if (compiled === 'none') return undefined;
    if (compiled !== undefined) patterns.push(compiled);
  }
  const formats = [...new Set(schemas.map(({ format }) => format).filter((format) => typeof format === 'string'))];
  const numbers = (key: string): number[] =>
    schemas.map((schema) => schema[key]).filter((value) => typeof value === 'number');
  const tests = formats.map(formatTest).filter((test) => test !== undefined);
  const max = Math.floor(Math.min(Infinity, ...numbers('maxLength')));
  return { min: Math.ceil(Math.max(0, ...numbers('minLength'))), max, patterns, formats, tests };
}

/** As AJV does, with the flag `u`; without it, where only that is in the way. */
export function compilePattern(pattern: string): RegExp | 'none' {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      continue;
    }
  }
  return 'none';
}

function isFine({ min, max, patterns, tests }: TextRules, text: string): boolean {
  if (text.length < min || (text.length > max && lengthOf(text) > max)) return false;
  if (text.length < 2 * min && lengthOf(text) < min) return false;
  return patterns.every((pattern) => pattern.test(text)) && tests.every((test) => test(text));
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Longer texts are made only where they are asked for. */
const USUAL_LENGTH = 12;

function makersOf(rules: TextRules, settings: GeneratorSettings, name: string): readonly Maker[] {
  const { min, max, patterns, formats } = rules;
  const ofFormats = formats.flatMap(writersOf).map(
    (write): Maker =>
      (random) =>
        write(random, min, max),
  );
  const ofPatterns = patterns.flatMap((pattern) => patternMakers(pattern, min, max));
  if (patterns.length > 0 || ofFormats.length > 0) return [...ofFormats, ...ofPatterns];
  // What the settings ask for gives way to the schema.
  const least = Math.min(max, Math.max(min, settings.minLength));
  const most = Math.max(least, Math.min(max, settings.maxLength ?? Infinity));
  const words: Maker = (random) => wordsWithin(random, least, most);
  const write = writerFor(name);
  const named: Maker = (random) => {
    const text = write(random);
    return text.length >= least && text.length <= most ? text : words(random);
  };
  return [named];
}

function patternMakers(pattern: RegExp, min: number, max: number): readonly Maker[] {
  const plan = planPattern(pattern);
  if (plan === undefined || plan.min > max) return [];
  const least = Math.max(min, plan.min);
  const most = Math.max(least, Math.min(max, plan.max, Math.max(least, plan.min + USUAL_LENGTH)));
  const exact: Maker = (random) => plan.make(random, random.whole(least, most));
  const shortest: Maker = (random) => plan.make(random, least);
  // A pattern without ends may stand anywhere in the text.
  const longer: Maker = (random) => {
    const text = plan.make(random, plan.min);
    return text + wordsWithin(random, Math.max(0, min - text.length), Math.max(1, min - text.length));
  };
  return [exact, shortest, longer];
}

const PROBES = 20;

/** Those that always succeed in the probes, else those that sometimes do. */
function bestMakers(rules: TextRules, makers: readonly Maker[]): readonly Maker[] {
  const random = seededRandom('probe');
  const counted = makers.map((make) => {
    let fine = 0;
    for (let probe = 0; probe < PROBES; probe += 1) if (isFine(rules, make(random))) fine += 1;
    return { make, fine };
  });
  const always = counted.find(({ fine }) => fine === PROBES);
  if (always !== undefined) return [always.make];
  return counted.filter(({ fine }) => fine > 0).map(({ make }) => make);
}

const TRIES = 100;

function planTries(rules: TextRules, makers: readonly Maker[]): Plan {
  const make = (random: Random): Json => {
    let text = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      text = (makers[tries % makers.length] as Maker)(random);
      if (isFine(rules, text)) return text;
    }
    return text;
  };
  return { height: () => 0, make: ({ random }) => make(random) };
}

function givenTexts(schemas: readonly Schema[]): readonly string[] {
  const given = schemas.flatMap(({ examples, example, default: usual }) => [
    ...(Array.isArray(examples) ? (examples as unknown[]) : []),
    example,
    usual,
  ]);
  return given.filter((value) => typeof value === 'string');
}
