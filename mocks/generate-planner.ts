import { isObject, valueAt, type Json } from '../contracts/index.ts';
import { planArray } from './generate-array.ts';
import {
  conjunctionOf,
  EXCLUDED,
  isSilent,
  isSubschema,
  REJECTED,
  typesOf,
  valuesOf,
  type Choice,
  type Conjunction,
  type Resolve,
} from './generate-conjunction.ts';
import { fakerCall, type FakerCall } from './generate-faker.ts';
import { planNumber } from './generate-number.ts';
import { planObject } from './generate-object.ts';
import { IMPOSSIBLE, type Plan, type Planner, type Run, type Schema, type Subschema } from './generate-plan.ts';
import type { GeneratorSettings } from './generate-settings.ts';
import { planText } from './generate-text.ts';
import { compileValidator, partOf } from './generate-validator.ts';

/** @param bundle what `#/__bundled__/…` refers to */
export function createPlanner(root: Schema, bundle: unknown, settings: GeneratorSettings): Planner {
  const plans = new Map<string, Plan>();
  const judges = new Map<Subschema, (value: unknown) => boolean>();
  const idOf = numbering();
  const resolve = resolver({ ...root, __bundled__: bundle });
  const heights = createHeights();
  const planner: Planner = {
    settings,
    plan: (schemas, name = '') => {
      const key = `${schemas.map(idOf).join(' ')} ${name}`;
      let plan = plans.get(key);
      if (plan === undefined) {
        plan = heights.onDemand(() =>
          planConjunction({ planner, resolve, onDemand: heights.onDemand, name }, conjunctionOf(schemas, resolve)),
        );
        plans.set(key, plan);
      }
      return plan;
    },
    judge: (schema) => {
      let judge = judges.get(schema);
      if (judge === undefined)
        judges.set(schema, (judge = compileValidator(partOf(root, schema), bundle) ?? (() => true)));
      return judge;
    },
  };
  return planner;
}

function numbering(): (schema: Subschema) => number {
  const ids = new Map<Subschema, number>();
  return (schema) => {
    let id = ids.get(schema);
    if (id === undefined) ids.set(schema, (id = ids.size));
    return id;
  };
}

function resolver(root: Schema): Resolve {
  return (reference) => {
    if (reference === '#') return root;
    if (!reference.startsWith('#/')) return true;
    const found = valueAt(root as Parameters<typeof valueAt>[0], decode(reference.slice(1)));
    return isSubschema(found) ? found : true;
  };
}

function decode(pointer: string): string {
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}

interface Heights {
  /** A plan that is made when it is first looked at, and remembers its height. */
  readonly onDemand: (make: () => Plan) => Plan;
}

/**
 * Finds how high values are at least, of schemas that contain themselves. At first everything that is open is taken for
 * endless; what is found to have an end thereby has one. That is repeated from the outside as long as more is found.
 */
function createHeights(): Heights {
  let depth = 0;
  /** What is taken for endless for the time being: those found so in this round. */
  let round = 0;
  let found = 0;
  let isTentative = false;
  const repeat = (look: () => number): number => {
    for (;;) {
      round += 1;
      isTentative = false;
      const before = found;
      const height = look();
      if (height < Infinity || !isTentative || found === before) return height;
    }
  };
  return {
    onDemand: (make) => {
      let plan: Plan | undefined;
      let height: number | undefined;
      let endlessInRound = 0;
      const look = (): number => {
        endlessInRound = round;
        depth += 1;
        const seen = (plan ??= make()).height();
        depth -= 1;
        if (seen < Infinity) {
          height = seen;
          found += 1;
        } else if (!isTentative) height = Infinity;
        return seen;
      };
      return {
        height: () => {
          if (height !== undefined) return height;
          if (depth === 0) return (height ??= repeat(look));
          if (endlessInRound === round || depth > DEEPEST) {
            isTentative = true;
            return Infinity;
          }
          return look();
        },
        make: (run) => (plan ??= make()).make(run),
      };
    },
  };
}

/** So many schemas within each other are not looked through: a schema that must not hold within itself has no end. */
const DEEPEST = 200;

interface Place {
  readonly planner: Planner;
  readonly resolve: Resolve;
  readonly onDemand: Heights['onDemand'];
  readonly name: string;
}

function planConjunction(place: Place, conjunction: Conjunction): Plan {
  if (conjunction.isImpossible || allowedTypes(conjunction.schemas).length === 0) return IMPOSSIBLE;
  const [choice, ...rest] = conjunction.choices;
  if (choice === undefined) return planSchemas(place, conjunction.schemas);
  return planChoice(place, choice, { ...conjunction, choices: rest });
}

/** Higher than any value is; lower than `Infinity`. */
const HIGH = 1e6;

/** One alternative is taken, of those that can be fulfilled with the rest. */
function planChoice(place: Place, { count, isOrdered, alternative }: Choice, base: Conjunction): Plan {
  const plans: (Plan | undefined)[] = [];
  const planOf = (index: number): Plan => {
    const added = (): Conjunction => conjunctionOf(alternative(index), place.resolve, base);
    return (plans[index] ??= place.onDemand(() => planConjunction(place, added())));
  };
  const lowest = (): Plan => {
    let best = IMPOSSIBLE;
    for (let index = 0; index < count; index += 1) {
      const plan = planOf(index);
      if (plan.height() <= (isOrdered ? HIGH : 1)) return plan;
      if (plan.height() < best.height()) best = plan;
    }
    return best;
  };
  return {
    height: () => lowest().height(),
    make: (run) => {
      if (run.isSmall) return lowest().make(run);
      const start = isOrdered ? 0 : run.random.whole(0, count - 1);
      for (let step = 0; step < count; step += 1) {
        const plan = planOf((start + step) % count);
        if (plan.height() < Infinity) return plan.make(run);
      }
      return null;
    },
  };
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** The types that all allow, `integer` only where `number` is not. */
function allowedTypes(schemas: readonly Schema[]): readonly string[] {
  let allowed: readonly string[] = TYPES;
  for (const schema of schemas) {
    const types = typesOf(schema);
    if (types === undefined) continue;
    allowed = allowed.filter((type) => types.includes(type) || (type === 'integer' && types.includes('number')));
  }
  return allowed.includes('number') ? allowed.filter((type) => type !== 'integer') : allowed;
}

function planSchemas(place: Place, schemas: readonly Schema[]): Plan {
  const { planner } = place;
  const values = fixedValues(schemas, planner);
  const plan = values === undefined ? planTypes(place, schemas) : planValues(values);
  return hinted(place, schemas, allowed(plan, schemas, planner));
}

/** The values that `const` and `enum` leave; undefined where neither is said. */
function fixedValues(schemas: readonly Schema[], planner: Planner): readonly Json[] | undefined {
  const lists = schemas.map(valuesOf).filter((list) => list !== undefined);
  const [first] = lists;
  if (first === undefined) return undefined;
  const types = allowedTypes(schemas);
  const isTyped = (value: Json): boolean => types.some((type) => isOfType(value, type));
  const known = lists.slice(1).map((list) => new Set(list.map((value) => JSON.stringify(value))));
  const isListed = (value: Json): boolean => known.every((values) => values.has(JSON.stringify(value)));
  const values = (first as Json[]).filter((value) => isTyped(value) && isListed(value));
  const saysMore = schemas.some((schema) =>
    Object.keys(schema).some((keyword) => !isSilent(keyword) && !OF_VALUES.has(keyword)),
  );
  if (!saysMore) return values;
  // Compiled only where it is needed: it takes longer than everything else here.
  const isFine = planner.judge({ allOf: schemas });
  return values.filter((value) => isFine(value));
}

/** Keywords that have been regarded already. */
const OF_VALUES = new Set(['type', 'enum', 'const', 'anyOf', 'oneOf', 'not', 'if']);

function isOfType(value: Json, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function planValues(values: readonly Json[]): Plan {
  if (values.length === 0) return IMPOSSIBLE;
  const filled = values.filter((value) => value !== null);
  const choices = filled.length > 0 ? filled : values;
  const hasNull = filled.length < values.length;
  return {
    height: () => 0,
    make: ({ random }) => (hasNull && random.chance(NULL_CHANCE) ? null : random.pick(choices)),
  };
}

/** Clients are to meet `null`, but mostly a value. */
const NULL_CHANCE = 0.1;

function planTypes(place: Place, schemas: readonly Schema[]): Plan {
  const types = likelyTypes(schemas, allowedTypes(schemas));
  const plans = types.map((type) => place.onDemand(() => planType(place, type, schemas)));
  const [only] = plans;
  if (only !== undefined && plans.length === 1) return only;
  const possible = (): readonly Plan[] => plans.filter((plan) => plan.height() < Infinity);
  const isNull = types.includes('null');
  return {
    height: () => Math.min(...plans.map((plan) => plan.height())),
    make: (run) => {
      const choices = possible();
      if (isNull && (choices.length === 1 || run.isSmall || run.random.chance(NULL_CHANCE))) return null;
      // `null` is the last one.
      const filled = choices.slice(0, choices.length - (isNull ? 1 : 0));
      return filled.length === 0 ? null : run.random.pick(filled).make(run);
    },
  };
}

const KEYWORDS: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  [
    'object',
    [
      'properties',
      'required',
      'additionalProperties',
      'patternProperties',
      'propertyNames',
      'minProperties',
      'maxProperties',
    ],
  ],
  ['array', ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains']],
  ['string', ['pattern', 'format', 'minLength', 'maxLength']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/** Where no type is said, the one that the keywords are about; for none of them, something simple. `null` comes last. */
function likelyTypes(schemas: readonly Schema[], allowed: readonly string[]): readonly string[] {
  const isSaid = schemas.some((schema) => typesOf(schema) !== undefined);
  if (isSaid) return allowed;
  const said = KEYWORDS.filter(([, keywords]) =>
    schemas.some((schema) => keywords.some((keyword) => keyword in schema)),
  );
  const likely = said.map(([type]) => type).filter((type) => allowed.includes(type));
  return likely.length > 0
    ? likely.slice(0, 1)
    : allowed.filter((type) => ['string', 'number', 'boolean'].includes(type));
}

function planType({ planner, name }: Place, type: string, schemas: readonly Schema[]): Plan {
  switch (type) {
    case 'object':
      return planObject(schemas, planner);
    case 'array':
      return planArray(schemas, planner, name);
    case 'string':
      return planText(schemas, planner.settings, name);
    case 'number':
    case 'integer':
      return planNumber(schemas, type === 'integer');
    case 'boolean':
      return { height: () => 0, make: ({ random }) => random.chance(0.5) };
    default:
      return { height: () => 0, make: () => null };
  }
}

const TRIES = 40;

/** Made again where something is excluded that cannot be said in any other way. */
function allowed(plan: Plan, schemas: readonly Schema[], planner: Planner): Plan {
  const excluded = new Set(schemas.flatMap((schema) => listOf(schema[EXCLUDED])).map((value) => JSON.stringify(value)));
  const rejected = schemas.map((schema) => schema[REJECTED]).filter(isSubschema);
  if (excluded.size === 0 && rejected.length === 0) return plan;
  let tests: readonly ((value: unknown) => boolean)[] | undefined;
  const isRejected = (value: Json): boolean => {
    tests ??= rejected.map((schema) => planner.judge(schema));
    return tests.some((test) => test(value));
  };
  const isFine = (value: Json): boolean =>
    !isRejected(value) && !(excluded.size > 0 && excluded.has(JSON.stringify(value)));
  return { height: () => plan.height(), make: (run) => tried(plan, isFine, run) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function tried(plan: Plan, isFine: (value: Json) => boolean, run: Run): Json {
  const { isSmall } = run;
  let value: Json = null;
  for (let tries = 0; tries < TRIES && run.fuel > 0; tries += 1) {
    // The smallest values are all alike.
    if (tries > 3) run.isSmall = false;
    value = plan.make(run);
    run.isSmall = isSmall;
    run.fuel -= 1;
    if (isFine(value)) return value;
  }
  return value;
}

/** What the document itself says should be in a place, where it fits there. */
function hinted({ planner }: Place, schemas: readonly Schema[], plan: Plan): Plan {
  const { useDefaultValue, useExamplesValue, locale } = planner.settings;
  const given = [
    ...(useDefaultValue ? schemas.flatMap((schema) => ('default' in schema ? [schema['default']] : [])) : []),
    ...(useExamplesValue ? schemas.flatMap(({ examples }) => listOf(examples)) : []),
  ] as Json[];
  const call = fakerCall(schemas, locale);
  if (given.length === 0 && call === undefined) return plan;
  const isFine = planner.judge({ allOf: schemas });
  const fitting = given.filter((value) => isFine(value));
  if (fitting.length > 0) return planValues(fitting);
  return call === undefined ? plan : planFaker(call, isFine, schemas, plan);
}

const FAKER_TRIES = 10;

function planFaker(call: FakerCall, isFine: (value: unknown) => boolean, schemas: readonly Schema[], plan: Plan): Plan {
  const types = allowedTypes(schemas);
  const make = (run: Run): Json => {
    for (let tries = 0; tries < FAKER_TRIES; tries += 1) {
      const value = asType(call(run.random), types);
      if (value !== undefined && isFine(value)) return value;
    }
    return plan.make(run);
  };
  return { height: () => plan.height(), make };
}

/** A number where a text is asked for is written as one, and the other way round. */
function asType(value: Json | undefined, types: readonly string[]): Json | undefined {
  if (types.includes('string') || value === undefined || isObject(value)) {
    return (typeof value === 'number' || typeof value === 'boolean') && types.length < 5 ? String(value) : value;
  }
  const isNumeric = types.includes('number') || types.includes('integer');
  return isNumeric && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}
