/** Two things that are the same one, or one that the other document does not have. */
export interface Pair<T> {
  readonly base?: T;
  readonly revision?: T;
}

/** Pairs by the first key that two have in common, key after key; a key that says nothing is undefined. */
export function matchPairs<T>(
  base: readonly T[],
  revision: readonly T[],
  keys: readonly ((item: T) => string | undefined)[],
): readonly Pair<T>[] {
  const partner = new Map<T, T>();
  const taken = new Set<T>();
  for (const key of keys) {
    for (const item of base) {
      const wanted = partner.has(item) ? undefined : key(item);
      const found =
        wanted === undefined ? undefined : revision.find((each) => !taken.has(each) && key(each) === wanted);
      if (found === undefined) continue;
      partner.set(item, found);
      taken.add(found);
    }
  }
  const pairs = base.map((item): Pair<T> => {
    const found = partner.get(item);
    return found === undefined ? { base: item } : { base: item, revision: found };
  });
  return [...pairs, ...revision.filter((item) => !taken.has(item)).map((item) => ({ revision: item }))];
}
