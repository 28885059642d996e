/** Shows every object within a value once, however often it is used, and not the arrays. */
export function visitObjects(value: unknown, see: (object: Readonly<Record<string, unknown>>) => void): void {
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    seen.add(each);
    if (!Array.isArray(each)) see(each as Readonly<Record<string, unknown>>);
    for (const inner of Object.values(each)) if (typeof inner === 'object') open.push(inner);
  }
}
