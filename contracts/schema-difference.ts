import type { Carriage } from './carried-as.ts';
import type { Severity } from './finding.ts';
import type { Json } from './json.ts';
import type { SchemaDocument } from './read-schema.ts';
import type { SchemaCode } from './schema-codes.ts';
import type { Form } from './schema-form.ts';

/** What a difference does to the set of values that are accepted; `nothing` for a note such as `deprecated`. */
export type Effect = 'narrows' | 'widens' | 'changes' | 'nothing';

/** One difference between two schemas, before it is judged for a direction. */
export interface Difference {
  /** Without `request-` or `response-`. */
  readonly code: SchemaCode;
  readonly effect: Effect;
  /** Where the effect alone would judge too hard or too soft. */
  readonly request?: Severity;
  readonly response?: Severity;
  /** A sentence about what is named by its argument: `the property 'name'`. */
  readonly message: (subject: string) => string;
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  readonly basePointer?: string | undefined;
  readonly revisionPointer?: string | undefined;
  /** Of the property that the difference is about, where that is not the value itself. */
  readonly property?: string;
}

/** Two schemas that stand in the same place of the value: each a conjunction. */
export interface Pair {
  readonly base: readonly string[];
  readonly revision: readonly string[];
}

/** Further down the value, or in another part of the same schema. */
interface Step extends Pair {
  /** Added to the path: `/name`, `/0`, `/*` for each item or further property, '' for the same value. */
  readonly path: string;
  /** Names what the pair is about where the path does not: `the names of its properties`. */
  readonly about?: string;
}

/** What comparing two schemas found itself, and where to look further. */
export interface Comparison {
  readonly differences: Difference[];
  readonly steps: Step[];
}

/** How the values of one schema lie to those of another. Neither: the same. Both: neither holds the other. */
export interface Relation {
  readonly narrows: boolean;
  readonly widens: boolean;
}

/** Compares the schemas of two documents in one direction. */
export interface Comparer {
  readonly base: SchemaDocument;
  readonly revision: SchemaDocument;
  readonly direction: 'request' | 'response';
  /** Of the two values in comparison. */
  readonly carriage: Carriage;
  readonly relate: (pair: Pair) => Relation;
  /** Whether some difference is an error in this direction. */
  readonly breaks: (pair: Pair) => boolean;
  /** Whether both are written alike, with all that they refer to: then no form of them needs to be made. */
  readonly isUnchanged: (pair: Pair) => boolean;
}

/** Two forms in comparison. */
export interface Forms {
  readonly base: Form;
  readonly revision: Form;
  readonly pair: Pair;
}

export function effectOf({ narrows, widens }: Relation): Effect {
  if (narrows && widens) return 'changes';
  if (narrows) return 'narrows';
  return widens ? 'widens' : 'nothing';
}

/** Of a part that is only in the revision; a part that is only in the base has the opposite one. */
export function opposite(effect: Effect): Effect {
  if (effect === 'narrows') return 'widens';
  return effect === 'widens' ? 'narrows' : effect;
}

const SEVERITIES: Record<Comparer['direction'], Record<Effect, Severity>> = {
  request: { narrows: 'error', widens: 'info', changes: 'error', nothing: 'info' },
  response: { narrows: 'info', widens: 'error', changes: 'error', nothing: 'info' },
};

export function severityOf(difference: Difference, direction: Comparer['direction']): Severity {
  return difference[direction] ?? SEVERITIES[direction][difference.effect];
}
