import { isObject, type Json, type JsonObject } from '../contracts/index.ts';
import type { Plan, Run, Schema } from './generate-plan.ts';
import { createPlanner } from './generate-planner.ts';
import { readGeneratorSettings } from './generate-settings.ts';
import { compileValidator, type Validator } from './generate-validator.ts';
import { withoutWriteOnly } from './generate-without-write-only.ts';
import { mergeAllOf } from './prism-libraries.ts';
import type { Random } from './seeded-random.ts';

/** A value that was made of a schema. */
interface GeneratedValue {
  readonly value: Json;
  /** Why the value may not be valid. */
  readonly problem?: string;
  /** How many values were made until one was valid. */
  readonly tries: number;
}

export type Generator = (random: Random) => GeneratedValue;

/**
 * Makes a plan of a schema, for values that are valid against it as an answer: `writeOnly` properties are never there.
 * The same random choices make the same value, whatever was made before. The plan is made on first use, and each part of
 * it when it is first needed.
 *
 * @param bundle what `#/__bundled__/…` in the schema refers to, as Prism's operations carry it
 * @param settings json-schema-faker's options: `x-json-schema-faker` of the document, and above that the command line's
 */
export function compileGenerator(schema: Schema, bundle: unknown, settings: JsonObject): Generator {
  let compiled: Compiled | undefined;
  return (random) => generate((compiled ??= compile(schema, bundle, settings)), random);
}

/** A reading of a schema: how values are made, and what judges them. */
interface Reading {
  readonly plan: Plan;
  readonly isValid: Validator;
}

interface Compiled {
  readonly schema: Schema;
  /**
   * The schema as it stands; then as Prism reads it, which merges `allOf` into one schema before it judges, and then
   * allows what only one of several closed objects mentions. Where the first allows nothing, the second may.
   */
  readonly readings: readonly (() => Reading | undefined)[];
}

function compile(written: Schema, bundle: unknown, options: JsonObject): Compiled {
  const settings = readGeneratorSettings(options);
  const schema = withoutWriteOnly(written);
  const ownBundle = isObject(bundle) ? withoutWriteOnly(bundle) : bundle;
  const read = (schema: Schema | undefined): Reading | undefined => {
    if (schema === undefined) return undefined;
    const plan = createPlanner(schema, ownBundle, settings).plan([schema]);
    return { plan, isValid: compileValidator(schema, ownBundle) ?? (() => true) };
  };
  return { schema, readings: [once(() => read(schema)), once(() => read(merged(schema)))] };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function merged(schema: Schema): Schema | undefined {
  if (!JSON.stringify(schema).includes('"allOf"')) return undefined;
  try {
    return mergeAllOf(schema, { deep: true, ignoreAdditionalProperties: true });
  } catch {
    return undefined;
  }
}

const TRIES = 12;
/** Tries from this one on are for the smallest value, which has the fewest ways of going wrong. */
const SMALL_FROM = 8;

function generate({ schema, readings }: Compiled, random: Random): GeneratedValue {
  let tries = 0;
  let last: Json = null;
  for (const read of readings) {
    const reading = read();
    if (reading === undefined || reading.plan.height() === Infinity) continue;
    for (let tried = 0; tried < TRIES; tried += 1) {
      last = reading.plan.make(runOf(random, tried >= SMALL_FROM));
      tries += 1;
      if (reading.isValid(last)) return { value: last, tries };
    }
  }
  const given = givenValues(schema).find((value) => readings.some((read) => read()?.isValid(value) === true));
  if (given !== undefined) return { value: given, tries };
  return {
    value: last,
    tries,
    problem: tries === 0 ? CONTRADICTION : `none of ${tries} values made of the schema fulfils it`,
  };
}

const CONTRADICTION =
  'no value fulfils the schema: its keywords contradict each other, or a pattern in it is beyond us';

/** How much is made of one schema, at most. */
const VALUES = 2_000;
const FUEL = 60_000;

function runOf(random: Random, isSmall: boolean): Run {
  return { random, isSmall, left: VALUES, depth: 0, open: new Map(), fuel: FUEL };
}

function givenValues({ examples, default: usual }: Schema): readonly Json[] {
  return [...(Array.isArray(examples) ? (examples as Json[]) : []), ...(usual === undefined ? [] : [usual as Json])];
}
