import type { Json } from '../contracts/index.ts';
import { isSubschema, subschemas } from './generate-conjunction.ts';
import { IMPOSSIBLE, type Plan, type Planner, type Run, type Schema, type Subschema } from './generate-plan.ts';
import { within } from './generate-within.ts';

/** What must be in an array, so many times. */
interface Contained {
  readonly schema: Subschema;
  readonly min: number;
  readonly max: number;
}

interface ArrayRules {
  readonly schemas: readonly Schema[];
  readonly min: number;
  readonly max: number;
  /** Places that have a schema of their own. */
  readonly places: number;
  readonly isUnique: boolean;
  readonly contained: readonly Contained[];
}

/** Arrays of the lengths asked for, whose items fulfil all that is said of their places. */
export function planArray(schemas: readonly Schema[], planner: Planner, name: string): Plan {
  const rules = rulesOf(schemas);
  if (rules.min > rules.max) return IMPOSSIBLE;
  const itemName = name.replace(/s$/, '');
  const itemPlan = remembered((index: number) => planner.plan(itemSchemas(rules, index), itemName));
  // What lies beyond the places with schemas of their own is alike.
  const item = (index: number): Plan => itemPlan(Math.min(index, rules.places));
  const wanted = remembered((index: number) => wantedPlans(rules, planner, index));
  const plan: Plan = {
    height: () => heightOf(rules, item, wanted),
    make: (run) => within(run, plan, planner.settings.refDepthMax, () => makeArray(rules, planner, item, wanted, run)),
  };
  return plan;
}

function remembered<T>(make: (index: number) => T): (index: number) => T {
  const known = new Map<number, T>();
  return (index) => {
    let found = known.get(index);
    if (found === undefined) known.set(index, (found = make(index)));
    return found;
  };
}

function rulesOf(schemas: readonly Schema[]): ArrayRules {
  const numbers = (key: string): number[] =>
    schemas.map((schema) => schema[key]).filter((value) => typeof value === 'number');
  const contained = schemas.flatMap(({ contains, minContains, maxContains }) =>
    isSubschema(contains)
      ? [
          {
            schema: contains,
            min: typeof minContains === 'number' ? minContains : 1,
            max: typeof maxContains === 'number' ? maxContains : Infinity,
          },
        ]
      : [],
  );
  const total = contained.reduce((sum, { min }) => sum + min, 0);
  return {
    schemas,
    min: Math.ceil(Math.max(0, ...numbers('minItems'))),
    max: Math.floor(Math.min(Infinity, ...numbers('maxItems'))),
    places: Math.max(total, ...schemas.map((schema) => placesOf(schema).length)),
    isUnique: schemas.some(({ uniqueItems }) => uniqueItems === true),
    contained,
  };
}

function placesOf({ items, prefixItems }: Schema): readonly Subschema[] {
  return Array.isArray(items) ? subschemas(items) : subschemas(prefixItems);
}

/** What is said of an item that lies beyond the first places. */
function restOf({ items, additionalItems }: Schema): Subschema | undefined {
  const rest = Array.isArray(items) ? additionalItems : items;
  return isSubschema(rest) ? rest : undefined;
}

function itemSchemas({ schemas, contained }: ArrayRules, index: number): readonly Subschema[] {
  const found = schemas.map((schema) => placesOf(schema)[index] ?? restOf(schema)).filter((each) => each !== undefined);
  const unevaluated =
    found.length > 0 ? [] : schemas.map(({ unevaluatedItems }) => unevaluatedItems).filter(isSubschema);
  // Where only so many may be like that, all others are not.
  const unlike = contained.filter(({ max }) => max < Infinity).map(({ schema }) => ({ not: schema }));
  return [...found, ...unevaluated, ...unlike];
}

/** Plans for a place whose item is to be one of the contained ones, in their order. */
function wantedPlans(rules: ArrayRules, planner: Planner, index: number): readonly Plan[] {
  const others = { ...rules, contained: [] };
  return rules.contained.map(({ schema }) => planner.plan([...itemSchemas(others, index), schema]));
}

type PlanAt = (index: number) => Plan;
type PlansAt = (index: number) => readonly Plan[];

/** Which contained schema each of the first items is made for: `undefined` for none. @returns undefined when there is no room for all */
function placeContained(rules: ArrayRules, wanted: PlansAt): readonly (number | undefined)[] | undefined {
  const placed: (number | undefined)[] = [];
  for (const [kind, { min }] of rules.contained.entries()) {
    let left = min;
    for (let index = 0; left > 0; index += 1) {
      if (index >= Math.min(rules.max, rules.places + min + 1)) return undefined;
      if (placed[index] !== undefined || wanted(index)[kind]?.height() === Infinity) continue;
      placed[index] = kind;
      left -= 1;
    }
  }
  return placed;
}

function heightOf(rules: ArrayRules, item: PlanAt, wanted: PlansAt): number {
  const placed = placeContained(rules, wanted);
  if (placed === undefined) return Infinity;
  let height = 0;
  for (let index = 0; index < Math.max(Math.min(rules.min, rules.places + 1), placed.length); index += 1) {
    const kind = placed[index];
    height = Math.max(height, (kind === undefined ? item(index) : (wanted(index)[kind] ?? item(index))).height());
  }
  return height + 1;
}

function makeArray(rules: ArrayRules, planner: Planner, item: PlanAt, wanted: PlansAt, run: Run): Json {
  const placed = placeContained(rules, wanted) ?? [];
  const count = countOf(rules, planner, placed.length, run);
  const needed = Math.max(rules.min, placed.length);
  const values: Json[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const kind = placed[index];
    const plan = kind === undefined ? item(index) : (wanted(index)[kind] ?? item(index));
    if (plan.height() === Infinity) break;
    const value = rules.isUnique ? unlikeOthers(plan, run, seen) : plan.make(run);
    if (value === undefined && index >= needed) break;
    values.push(value ?? null);
  }
  return values;
}

/** One to three items, fewer further inside; as many as a tuple has places. */
function countOf({ min, max, places }: ArrayRules, { settings }: Planner, contained: number, run: Run): number {
  const least = Math.max(min, contained);
  if (run.isSmall) return least;
  const usual = Math.max(places, run.depth > 4 ? 2 : 3);
  const from = Math.min(max, Math.max(least, places, settings.minItems, settings.maxItems === 0 ? 0 : 1));
  return run.random.whole(Math.max(from, least), Math.max(from, least, Math.min(max, settings.maxItems ?? usual)));
}

const TRIES = 40;

/** @returns undefined when no other value was found in a bearable number of tries */
function unlikeOthers(plan: Plan, run: Run, seen: Set<string>): Json | undefined {
  const { isSmall } = run;
  let value: Json | undefined;
  for (let tries = 0; tries < TRIES && run.fuel > 0; tries += 1) {
    // The smallest values are all alike.
    if (tries > 3) run.isSmall = false;
    value = plan.make(run);
    run.isSmall = isSmall;
    const text = JSON.stringify(value);
    if (seen.has(text)) continue;
    seen.add(text);
    return value;
  }
  return undefined;
}
