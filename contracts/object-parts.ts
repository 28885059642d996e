import { patternOf } from './known-patterns.ts';
import type { Form, ObjectPart } from './schema-form.ts';

/** Every schema that applies to the property of that name; each part of an object has its own say. */
export function effectiveProperty(form: Form, name: string): readonly string[] {
  const schemas = form.objects.flatMap((part) => effectiveIn(part, name));
  return conjunctionOf(schemas);
}

function effectiveIn(part: ObjectPart, name: string): readonly string[] {
  const own = part.properties.get(name);
  const matching = [...part.patterns].filter(([pattern]) => matches(pattern, name));
  if (own === undefined && matching.length === 0) return part.others;
  return [...(own ?? []), ...matching.flatMap(([, schemas]) => schemas)];
}

/** The schemas that apply to a property that no part names. */
export function otherProperties(form: Form): readonly string[] {
  return conjunctionOf(form.objects.flatMap((part) => part.others));
}

/** Names with a schema of their own. */
export function namedProperties(form: Form): ReadonlySet<string> {
  return new Set(form.objects.flatMap((part) => [...part.properties.keys()]));
}

/** Patterns of names, each with the schemas that apply to what matches it. */
export function namedPatterns(form: Form): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const part of form.objects) {
    for (const [pattern, schemas] of part.patterns) {
      found.set(pattern, conjunctionOf([...(found.get(pattern) ?? []), ...schemas]));
    }
  }
  return found;
}

/** In a fixed order and each once, so that equal conjunctions have equal keys. */
export function conjunctionOf(parts: readonly string[]): readonly string[] {
  return parts.length < 2 ? parts : [...new Set(parts)].toSorted();
}

/** Whether a property's name matches a pattern. One that is no pattern, or takes too long, is taken not to match. */
function matches(pattern: string, name: string): boolean {
  try {
    return patternOf(pattern).test(name) === true;
  } catch {
    return false;
  }
}
