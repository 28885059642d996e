import { difference } from './difference.ts';
import { pointerOf } from './schema-form.ts';
import { effectOf, type Comparer, type Comparison, type Forms } from './schema-difference.ts';

type Optional =
  | 'content-schema'
  | 'dependent-schema'
  | 'property-names'
  | 'unevaluated-items'
  | 'unevaluated-properties';

/** Compares two schemas that may each be missing: what is only on one side limits there and not here. */
export function compareOptional(
  comparer: Comparer,
  forms: Forms,
  base: readonly string[],
  revision: readonly string[],
  named: { readonly code: Optional; readonly what: string; readonly about: string },
  found: Comparison,
): void {
  if (base.length > 0 && revision.length > 0) {
    found.steps.push({ path: '', base, revision, about: named.about });
    return;
  }
  const effect = effectOf(comparer.relate({ base, revision }));
  if (effect === 'nothing') return;
  const isAdded = revision.length > 0;
  found.differences.push(
    difference(
      `${named.code}-${isAdded ? 'added' : 'removed'}`,
      effect,
      (subject) => `${subject} is ${isAdded ? 'now' : 'no longer'} limited by ${named.what}`,
      {
        basePointer: pointerOf(base) ?? pointerOf(forms.pair.base),
        revisionPointer: pointerOf(revision) ?? pointerOf(forms.pair.revision),
      },
    ),
  );
}
