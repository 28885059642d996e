import { isObject, type Json } from '../contracts/index.ts';
import { isSubschema, names } from './generate-conjunction.ts';
import type { Plan, Planner, Run, Schema, Subschema } from './generate-plan.ts';
import { compilePattern } from './generate-text.ts';
import { within } from './generate-within.ts';
import { word } from './generate-words.ts';

/** What the schemas of an object say, read once. */
interface ObjectRules {
  readonly min: number;
  readonly max: number;
  readonly required: readonly string[];
  /** Every name that is mentioned, in the document's order. */
  readonly named: readonly string[];
  /** Names that bring others with them. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
  /** What holds for a property of this name. */
  readonly plan: (name: string) => Plan;
  /** All that can be there, where nothing limits it: an answer in full. */
  readonly full: () => readonly (readonly [name: string, plan: Plan])[] | undefined;
  /** How other names are made, where some schema describes their values. */
  readonly others: Others;
}

interface Others {
  /** The values of other names are described, so that some belong in a full answer. */
  readonly areDescribed: boolean;
  makeName(run: Run): string;
}

/** Objects with all that is required and most of what is described. */
export function planObject(schemas: readonly Schema[], planner: Planner): Plan {
  let known: ObjectRules | undefined;
  const rules = (): ObjectRules => (known ??= rulesOf(schemas, planner));
  const plan: Plan = {
    height: () => heightOf(rules()),
    make: (run) => within(run, plan, planner.settings.refDepthMax, () => makeObject(rules(), planner, run)),
  };
  return plan;
}

function rulesOf(schemas: readonly Schema[], planner: Planner): ObjectRules {
  const numbers = (key: string): number[] =>
    schemas.map((schema) => schema[key]).filter((value) => typeof value === 'number');
  const readers = schemas.map((schema) => readerOf(schema, planner));
  const schemasOf = (name: string): readonly Subschema[] => propertySchemas(schemas, readers, name);
  const isWriteOnly = (name: string): boolean =>
    schemasOf(name).some((schema) => typeof schema === 'object' && schema['writeOnly'] === true);
  const listed = schemas.flatMap(({ properties }) => (isObject(properties) ? Object.keys(properties) : []));
  // Nothing that only a client may write is in an answer (OpenAPI 3.0 §4.7.24.2), so neither can it be required there.
  const required = schemas.flatMap((schema) => names(schema['required'])).filter((name) => !isWriteOnly(name));
  const dependents = dependentsOf(schemas);
  const named = new Set(
    [...listed, ...required, ...[...dependents.values()].flat()].filter((name) => !isWriteOnly(name)),
  );
  const plans = new Map<string, Plan>();
  const plan = (name: string): Plan => {
    // Others are remembered by what holds for them: of their names there is no end.
    if (!named.has(name)) return planner.plan(schemasOf(name));
    let plan = plans.get(name);
    if (plan === undefined) plans.set(name, (plan = planner.plan(schemasOf(name), name)));
    return plan;
  };
  let full: readonly (readonly [string, Plan])[] | undefined;
  const { alwaysFakeOptionals, requiredOnly, ignoreProperties } = planner.settings;
  const isFullUsual = alwaysFakeOptionals && !requiredOnly && ignoreProperties.length === 0;
  const isLimited = dependents.size > 0 || numbers('maxProperties').length > 0;
  const possible = (): readonly (readonly [string, Plan])[] =>
    [...named].map((name) => [name, plan(name)] as const).filter(([, plan]) => plan.height() < Infinity);
  return {
    plan,
    full: () => (isFullUsual && !isLimited ? (full ??= possible()) : undefined),
    min: Math.max(0, ...numbers('minProperties')),
    max: Math.min(Infinity, ...numbers('maxProperties')),
    required: closedUnder(new Set(required), dependents),
    named: [...named],
    dependents,
    others: othersOf(schemas, planner),
  };
}

/** What one schema says of a property: by its name, by patterns of names, else as an additional one. */
type Reader = (name: string) => readonly Subschema[];

function readerOf(schema: Schema, planner: Planner): Reader {
  const { properties, propertyNames } = schema;
  const isWhole = !APPLICATORS.some((keyword) => keyword in schema);
  const additionalProperties =
    schema['additionalProperties'] ?? (isWhole ? schema['unevaluatedProperties'] : undefined);
  const patterns = patternsOf(schema);
  const isNameFine = isSubschema(propertyNames) ? planner.judge(propertyNames) : () => true;
  return (name) => {
    if (!isNameFine(name)) return [false];
    const own = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const found = patterns.filter(([pattern]) => pattern.test(name)).map(([, subschema]) => subschema);
    if (isSubschema(own)) return [own, ...found];
    return found.length === 0 && isSubschema(additionalProperties) ? [additionalProperties] : found;
  };
}

/** With any of these, `unevaluatedProperties` is not of this schema's own properties alone. */
const APPLICATORS = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'not'];

function patternsOf({ patternProperties }: Schema): readonly (readonly [RegExp, Subschema])[] {
  return Object.entries(isObject(patternProperties) ? patternProperties : {}).flatMap(([source, schema]) => {
    const pattern = compilePattern(source);
    return pattern !== 'none' && isSubschema(schema) ? [[pattern, schema] as const] : [];
  });
}

function propertySchemas(schemas: readonly Schema[], readers: readonly Reader[], name: string): readonly Subschema[] {
  const found = readers.flatMap((read) => read(name));
  if (found.length > 0) return found;
  return schemas.map(({ unevaluatedProperties }) => unevaluatedProperties).filter(isSubschema);
}

function dependentsOf(schemas: readonly Schema[]): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, readonly string[]>();
  for (const { dependentRequired, dependencies } of schemas) {
    for (const map of [dependentRequired, dependencies]) {
      for (const [name, value] of Object.entries(isObject(map) ? map : {})) {
        if (Array.isArray(value)) dependents.set(name, [...(dependents.get(name) ?? []), ...names(value)]);
      }
    }
  }
  return dependents;
}

function closedUnder(chosen: Set<string>, dependents: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (dependents.size > 0) for (const name of chosen) for (const other of dependents.get(name) ?? []) chosen.add(other);
  return [...chosen];
}

function othersOf(schemas: readonly Schema[], planner: Planner): Others {
  const patterns = schemas.flatMap(({ patternProperties }) =>
    isObject(patternProperties) ? Object.keys(patternProperties) : [],
  );
  const allowed = schemas.map(({ propertyNames }) => propertyNames).filter(isSubschema);
  const isOpen = schemas.some(
    ({ additionalProperties }) => additionalProperties === true || isObject(additionalProperties),
  );
  const ofPatterns = patterns.map((pattern) => planner.plan([{ type: 'string', pattern }, ...allowed]));
  const ofRules = allowed.length > 0 ? planner.plan([{ type: 'string' }, ...allowed]) : undefined;
  const isClosed = schemas.some(
    (schema) => schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false,
  );
  const makeName = (run: Run): string => {
    const fromPattern = ofPatterns.length > 0 && (isClosed || run.random.chance(0.5));
    const plan = fromPattern ? run.random.pick(ofPatterns) : ofRules;
    const name = plan === undefined || plan.height() === Infinity ? undefined : plan.make(run);
    return typeof name === 'string' ? name : word(run.random);
  };
  return { areDescribed: isOpen || patterns.length > 0, makeName };
}

function heightOf({ required, max, plan }: ObjectRules): number {
  if (required.length > max) return Infinity;
  let height = 0;
  for (const name of required) {
    height = Math.max(height, plan(name).height());
    if (height === Infinity) return Infinity;
  }
  return height + 1;
}

function makeObject(rules: ObjectRules, planner: Planner, run: Run): Json {
  const made: Record<string, Json> = {};
  const entries = (run.isSmall ? undefined : rules.full()) ?? chosenEntries(rules, planner, run);
  for (const [name, plan] of entries) put(made, name, plan, run);
  if (planner.settings.omitNulls) omitNulls(made, rules.required);
  addOthers(rules, planner, made, entries.length, run);
  return made;
}

function put(made: Record<string, Json>, name: string, plan: Plan, run: Run): void {
  run.left -= 1;
  run.fuel -= 1;
  const value = plan.make(run);
  // An assignment to this one name would set something else.
  if (name === '__proto__')
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  else made[name] = value;
}

function omitNulls(made: Record<string, Json>, required: readonly string[]): void {
  for (const [name, value] of Object.entries(made)) if (value === null && !required.includes(name)) delete made[name];
}

function chosenEntries(rules: ObjectRules, planner: Planner, run: Run): readonly (readonly [string, Plan])[] {
  const chosen = chooseNames(rules, planner, run);
  return rules.named.filter((name) => chosen.has(name)).map((name) => [name, rules.plan(name)] as const);
}

function chooseNames(rules: ObjectRules, { settings }: Planner, run: Run): ReadonlySet<string> {
  const { random, isSmall } = run;
  const chosen = new Set(rules.required);
  const wanted = isSmall || settings.requiredOnly ? rules.min : Math.min(rules.max, rules.named.length);
  if (chosen.size >= wanted) return chosen;
  const optional = rules.named.filter((name) => !chosen.has(name) && !settings.ignoreProperties.includes(name));
  // Which ones, matters only where there is no room for all.
  const order = wanted < rules.named.length ? shuffled(optional, run) : optional;
  for (const name of order) {
    const isEnough = chosen.size >= rules.min;
    if (chosen.size >= wanted) break;
    if (isEnough && !settings.alwaysFakeOptionals && !random.chance(settings.optionalsProbability)) continue;
    if (rules.plan(name).height() === Infinity) continue;
    addWithDependents(rules, chosen, name);
  }
  return chosen;
}

/** With all that it brings with it, or not at all. */
function addWithDependents({ dependents, max, plan }: ObjectRules, chosen: Set<string>, name: string): void {
  const added = dependents.has(name) ? closedUnder(new Set([name]), dependents) : [name];
  const fresh = added.filter((each) => !chosen.has(each));
  if (chosen.size + fresh.length > max || fresh.some((each) => plan(each).height() === Infinity)) return;
  for (const each of fresh) chosen.add(each);
}

function shuffled<T>(items: readonly T[], { random }: Run): readonly T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.whole(0, last);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

const TRIES = 30;

/** Names that the schema does not mention: as many as are needed, and some where their values are described. */
function addOthers(rules: ObjectRules, planner: Planner, made: Record<string, Json>, chosen: number, run: Run): void {
  const { min, max, named, others } = rules;
  const isFull =
    planner.settings.fillProperties && others.areDescribed && !run.isSmall && !planner.settings.requiredOnly;
  const some = isFull ? run.random.whole(named.length === 0 ? 1 : 0, named.length === 0 ? 3 : 1) : 0;
  const wanted = Math.min(max, Math.max(min, chosen + some));
  let count = chosen;
  for (let tries = 0; count < wanted && tries < TRIES && run.fuel > 0; tries += 1) {
    const name = tries > 20 ? `${others.makeName(run)}${tries}` : others.makeName(run);
    if (Object.hasOwn(made, name) || named.includes(name) || rules.dependents.has(name)) continue;
    const plan = rules.plan(name);
    if (plan.height() === Infinity) continue;
    put(made, name, plan, run);
    count += 1;
  }
}
