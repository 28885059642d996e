/** The candidate that a person most likely meant, or undefined where none is near. */
export function nearMiss(given: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(plain(given), plain(candidate));
    if (distance > allowedDistance(candidate)) continue;
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

/** `, did you mean "x"?` for the end of a message; empty where nothing is near. */
export function didYouMean(given: string, candidates: Iterable<string>): string {
  const near = nearMiss(given, candidates);
  return near === undefined ? '' : `, did you mean "${near}"?`;
}

/** One typing error in a short word, two in a longer one. */
function allowedDistance(candidate: string): number {
  return candidate.length <= 3 ? 1 : Math.min(3, Math.ceil(candidate.length / 4));
}

/** Spelling conventions are no difference: `fail-on`, `fail_on` and `failOn`. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Changed, added, left out or swapped characters (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j] ?? 0, (beforeLast[j - 2] ?? 0) + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
