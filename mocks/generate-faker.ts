import { createRequire } from 'node:module';
import { isObject, type Json } from '../contracts/index.ts';
import type { Schema } from './generate-plan.ts';
import type { Random } from './seeded-random.ts';

/** A value of faker's, as a hint asks for it; undefined where faker does not do it after all. */
export type FakerCall = (random: Random) => Json | undefined;

/** As much of faker as we touch. */
interface Faker {
  mersenne: { rand(max?: number, min?: number): number };
  date: Record<string, (...values: unknown[]) => unknown>;
  time: Record<string, unknown>;
  readonly locales: Readonly<Record<string, object>>;
}

interface FakerLibrary {
  readonly faker: Faker;
  readonly Faker: new (options: { locales: object; locale: string; localeFallback: string }) => Faker;
}

/**
 * Reads `x-faker` as json-schema-faker does: `name.firstName`; `{"random.number": {"min": 1}}`; with a list, several
 * arguments.
 *
 * @returns undefined for no hint, and for one that faker does not know
 */
export function fakerCall(schemas: readonly Schema[], locale: string): FakerCall | undefined {
  const hint = schemas.map((schema) => schema['x-faker']).find((found) => found !== undefined);
  const named =
    typeof hint === 'string' ? ([hint, undefined] as const) : isObject(hint) ? Object.entries(hint)[0] : undefined;
  if (named === undefined) return undefined;
  const [hinted, given] = named;
  const name = RENAMED.get(hinted) ?? hinted;
  const values: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  const faker = fakerOf(locale);
  const call = memberOf(faker.instance, name);
  // It remembers all that it ever made, across requests.
  if (call === undefined || name === 'unique') return undefined;
  return (random) => {
    faker.use(random);
    try {
      return asJson(call(...values.map((value) => structuredClone(value))));
    } catch {
      return undefined;
    }
  };
}

/** The same under the name that faker wants: by the old one it prints a warning with each value. */
const RENAMED = new Map([
  ['random.arrayElement', 'helpers.arrayElement'],
  ['random.arrayElements', 'helpers.arrayElements'],
  ['random.boolean', 'datatype.boolean'],
  ['random.float', 'datatype.float'],
  ['random.hexaDecimal', 'datatype.hexadecimal'],
  ['random.number', 'datatype.number'],
  ['random.objectElement', 'helpers.objectValue'],
  ['random.uuid', 'datatype.uuid'],
  ['datatype.hexaDecimal', 'datatype.hexadecimal'],
]);

type Call = (...values: unknown[]) => unknown;

/** Nothing but what faker itself has: `constructor` and the like are no hints. */
function memberOf(faker: object, name: string): Call | undefined {
  let owner: unknown;
  let found: unknown = faker;
  for (const part of name.split('.')) {
    owner = found;
    if (typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, part) || INNER.has(part)) return undefined;
    found = Reflect.get(owner, part);
  }
  if (typeof found !== 'function') return undefined;
  const call = found as Call;
  return (...values) => Reflect.apply(call, owner, values);
}

/** What faker is made of, and what would change it for others. */
const INNER = new Set(['constructor', 'faker', 'locales', 'definitions', 'mersenne', 'seed', 'setLocale', 'fake']);

function asJson(value: unknown): Json | undefined {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value === 'bigint') return Number(value);
  return JSON.parse(JSON.stringify(value)) as Json;
}

interface OwnFaker {
  readonly instance: Faker;
  /** Faker draws from this from now on. */
  use(random: Random): void;
}

const fakers = new Map<string, OwnFaker>();

function fakerOf(locale: string): OwnFaker {
  let known = fakers.get(locale);
  if (known === undefined) fakers.set(locale, (known = ownFaker(locale)));
  return known;
}

/**
 * An instance of the faker that Prism has, which draws its random numbers from ours: seeding its own generator takes 250
 * microseconds, and Prism's requests draw from it too. Its clock is ours as well.
 */
function ownFaker(locale: string): OwnFaker {
  const { faker, Faker } = fakerLibrary();
  const { locales } = faker;
  const instance = new Faker({ locales, locale: Object.hasOwn(locales, locale) ? locale : 'en', localeFallback: 'en' });
  let random: Random | undefined;
  // As faker's own: at least `min`, less than `max`.
  instance.mersenne = {
    rand: (max = 32_768, min = 0) => {
      const [low, high] = min > max ? [max, min] : [min, max];
      return Math.floor((random?.fraction() ?? 0) * (high - low) + low);
    },
  };
  const now = (): string => new Date(random?.nowMs ?? 0).toISOString();
  for (const name of ['past', 'future', 'recent', 'soon']) {
    const call = instance.date[name];
    if (call !== undefined) instance.date[name] = (span, from) => call(span, from ?? now());
  }
  const between = instance.date['between'];
  if (between !== undefined) instance.date['between'] = (from, to) => between(from ?? now(), to ?? now());
  instance.time['recent'] = () => random?.nowMs ?? 0;
  return { instance, use: (next) => (random = next) };
}

let library: FakerLibrary | undefined;

function fakerLibrary(): FakerLibrary {
  const requireOfPrism = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-http'));
  library ??= requireOfPrism('@faker-js/faker') as FakerLibrary;
  return library;
}
