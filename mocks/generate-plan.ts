import type { Json } from '../contracts/index.ts';
import type { GeneratorSettings } from './generate-settings.ts';
import type { Random } from './seeded-random.ts';

/** A schema in JSON Schema's words, as Prism's transformer leaves it. */
export type Schema = Readonly<Record<string, unknown>>;

export type Subschema = Schema | boolean;

/** How values of one place of a document are made. Nothing is read of the schema any more. */
export interface Plan {
  /**
   * How many levels the smallest value has; `Infinity` where there is no value at all, as far as can be told beforehand.
   * Found on demand, because schemas contain themselves.
   */
  height(): number;
  make(run: Run): Json;
}

/** One value in the making. */
export interface Run {
  readonly random: Random;
  /** The smallest value from here on. */
  isSmall: boolean;
  /** Values still to be spent on what nobody requires. */
  left: number;
  /** Containers that are open here. */
  depth: number;
  /** How often each plan is open here, that is how often a schema contains itself. */
  readonly open: Map<Plan, number>;
  /** Work left: every value costs one, again when it is made again. At 0 whatever comes is taken. */
  fuel: number;
}

/** Makes plans of what must hold together at one place. */
export interface Planner {
  readonly settings: GeneratorSettings;
  /** @param name of the property whose value it is */
  plan(schemas: readonly Subschema[], name?: string): Plan;
  /** Whether a value fulfils a schema, all its references included; everything does where it cannot be compiled. */
  judge(schema: Subschema): (value: unknown) => boolean;
}

export const IMPOSSIBLE: Plan = { height: () => Infinity, make: () => null };
