import { namesInSchemas } from './names-in-schemas.ts';
import { visitObjects } from './visit-objects.ts';

/**
 * The entries of a bundle that a schema refers to, directly or through each other. AJV looks at all of a bundle before it
 * compiles anything, shared parts again wherever they are used: 6 s for one operation whose answers are circular.
 *
 * @returns the bundle itself when it cannot be told which entries those are
 */
export function neededBundle(schema: object, bundle: object | undefined): object | undefined {
  if (bundle === undefined) return undefined;
  if (namesInSchemas(bundle).withinDocument || namesInSchemas(schema).withinDocument) return bundle;
  const entries = new Map<string, unknown>(Object.entries(bundle));
  const needed = new Map<string, unknown>();
  const open: unknown[] = [schema];
  for (const value of open) {
    for (const key of entriesNamedIn(value)) {
      if (!entries.has(key)) return bundle;
      if (needed.has(key)) continue;
      needed.set(key, entries.get(key));
      open.push(entries.get(key));
    }
  }
  return Object.fromEntries(needed);
}

/** As they are written in references, which is as the bundle has them wherever nothing had to be escaped. */
function entriesNamedIn(value: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  visitObjects(value, ({ $ref }) => {
    const key = typeof $ref === 'string' ? /^#\/__bundled__\/([^/]*)/.exec($ref)?.[1] : undefined;
    if (key !== undefined) keys.add(key);
  });
  return keys;
}
