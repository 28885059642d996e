import { compareAlternatives } from './compare-alternatives.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareBounds } from './compare-bounds.ts';
import { compareConditions } from './compare-conditions.ts';
import { compareNotes } from './compare-notes.ts';
import { compareObjects } from './compare-objects.ts';
import { compareSpelledValues } from './compare-spelled-values.ts';
import { compareWithList } from './compare-with-list.ts';
import { compareTypes } from './compare-types.ts';
import { compareValues } from './compare-values.ts';
import { difference } from './difference.ts';
import { formOf, type SchemaDocument } from './read-schema.ts';
import { acceptsAnything, acceptsNothing, pointerOf, withoutUnion, type Form, type Union } from './schema-form.ts';
import type { Comparer, Comparison, Forms, Pair } from './schema-difference.ts';
import { spelledAlike } from './spelled-alike.ts';

/** Compares what two schemas say themselves, and names the pairs of schemas further down. */
export function comparePair(comparer: Comparer, pair: Pair): Comparison {
  const found: Comparison = { differences: [], steps: [] };
  const base = formOf(comparer.base, pair.base);
  const revision = formOf(comparer.revision, pair.revision);
  const plain = withoutIdleUnions(comparer, { base, revision, pair });
  if (plain !== undefined) return { differences: [], steps: [{ path: '', ...plain }] };
  if (acceptsNothing(base) || acceptsNothing(revision)) return compareNothing({ base, revision, pair }, found);
  const forms = spelledAlike({ base, revision, pair });
  compareNotes(comparer, forms, found);
  if (compareAlternatives(comparer, forms, found)) return found;
  if (compareSpelledValues(comparer, forms, found)) return found;
  if (compareWithList(comparer, forms, found)) return found;
  const shared = compareTypes(comparer, forms, found);
  if (shared.size === 0) return found;
  const isSameType = base.types.size === shared.size && revision.types.size === shared.size;
  const isMore = [...shared].some((type) => type !== 'null');
  if (isMore) compareValues(forms, shared, found);
  if (isMore) compareBounds(forms, shared, found);
  if (isSameType || shared.has('object')) compareObjects(comparer, forms, found);
  if (isSameType || shared.has('array')) compareArrays(comparer, forms, found);
  compareConditions(comparer, forms, shared, found);
  return found;
}

/** The pair without an `anyOf` of which one alternative accepts everything; undefined where there is none. */
function withoutIdleUnions(comparer: Comparer, { base, revision, pair }: Forms): Pair | undefined {
  const before = idleUnions(comparer.base, base);
  const after = idleUnions(comparer.revision, revision);
  if (before.length + after.length === 0) return undefined;
  return { base: [...pair.base, ...before], revision: [...pair.revision, ...after] };
}

function idleUnions(document: SchemaDocument, { unions }: Form): readonly string[] {
  const isIdle = ({ keyword, branches }: Union): boolean =>
    keyword === 'anyOf' && branches.some((branch) => acceptsAnything(formOf(document, branch)));
  return unions.filter(isIdle).map(({ pointer }) => withoutUnion(pointer));
}

/** `false`, or a schema that contradicts itself. */
function compareNothing({ base, revision, pair }: Forms, found: Comparison): Comparison {
  if (acceptsNothing(base) === acceptsNothing(revision)) return found;
  const isForbidden = acceptsNothing(revision);
  found.differences.push(
    difference(
      isForbidden ? 'became-forbidden' : 'became-allowed',
      isForbidden ? 'narrows' : 'widens',
      (subject) => `${subject} ${isForbidden ? 'is no longer allowed at all' : 'was not allowed at all and now is'}`,
      {
        basePointer: base.typesPointer ?? pointerOf(pair.base),
        revisionPointer: revision.typesPointer ?? pointerOf(pair.revision),
      },
    ),
  );
  return found;
}
