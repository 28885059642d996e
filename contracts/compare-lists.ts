import { canonicalJson } from './canonical-json.ts';
import type { FileDifference, Shift } from './file-difference.ts';
import type { Json } from './json.ts';

/** Two lists whose order says nothing, with the keys that lead to each from the resource. */
export interface ListSides {
  readonly base: { readonly items: readonly Json[]; readonly keys: readonly (string | number)[] };
  readonly revision: { readonly items: readonly Json[]; readonly keys: readonly (string | number)[] };
}

/** What an item more means; an item less means the opposite. `label` names one item in a sentence. */
export interface ListMeaning {
  readonly code: string;
  readonly added: Extract<Shift, 'wider' | 'narrower'>;
  readonly label: (item: Json) => string;
}

/** What was added to and removed from a list, one difference an item. */
export function compareLists({ base, revision }: ListSides, meaning: ListMeaning): readonly FileDifference[] {
  const [before, after] = [base, revision].map(({ items }) => new Set(items.map((item) => canonicalJson(item))));
  const { code, added, label } = meaning;
  const lost = base.items.flatMap((item, index): readonly FileDifference[] => {
    if (after?.has(canonicalJson(item)) === true) return [];
    const shift = added === 'wider' ? 'narrower' : 'wider';
    return [
      { code, shift, message: `${label(item)} was removed`, expected: item, base: { keys: [...base.keys, index] } },
    ];
  });
  const gained = revision.items.flatMap((item, index): readonly FileDifference[] => {
    if (before?.has(canonicalJson(item)) === true) return [];
    const place = { keys: [...revision.keys, index] };
    return [{ code, shift: added, message: `${label(item)} was added`, actual: item, revision: place }];
  });
  return [...lost, ...gained];
}

/** The items of a list, none where it is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
