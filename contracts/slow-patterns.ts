import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';
import { isTooSlow } from './known-patterns.ts';
import type { UnplacedFinding } from './unplaced-finding.ts';

/** Below them nothing is a keyword. */
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);

/** `pattern-too-slow` for each place of a pattern that was tried and took too long. */
export function slowPatterns(document: JsonObject): readonly UnplacedFinding[] {
  const found: UnplacedFinding[] = [];
  visit(document, '', found);
  return found;
}

function visit(node: Json, pointer: string, found: UnplacedFinding[]): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) visit(item, joinPointer(pointer, index), found);
    return;
  }
  if (!isObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (DATA.has(key)) continue;
    const at = joinPointer(pointer, key);
    if (key === 'pattern' && typeof value === 'string') report(value, at, found);
    if (key === 'patternProperties' && isObject(value))
      for (const pattern of Object.keys(value)) report(pattern, joinPointer(at, pattern), found);
    if (typeof value === 'object') visit(value, at, found);
  }
}

function report(pattern: string, pointer: string, found: UnplacedFinding[]): void {
  if (!isTooSlow(pattern)) return;
  const shown = pattern.length > 200 ? `${pattern.slice(0, 200)}…` : pattern;
  found.push({
    code: 'pattern-too-slow',
    severity: 'warning',
    message: `the pattern ${shown} took too long on an example and was stopped; nothing is judged by it any more, and it can block who validates with it`,
    fix: 'let no repetition stand in another, as in (a+)+, nor two beside each other that take the same characters, begin it with ^, or bound the length with maxLength',
    actual: shown,
    pointer,
  });
}
