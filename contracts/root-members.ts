import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * The members of a document's root, enough to recognise its kind. YAML is only looked at line by line: reading a document
 * of 13 MB to learn that it starts with `openapi: 3.1.0` takes seconds, and a broken one is still told by its kind, which
 * says what is broken. Undefined where the text is neither.
 */
export function rootMembers(text: string): JsonObject | undefined {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  // The usual first member of a large document says enough: parsing it all to learn its kind would take as long again.
  const [, key, version] = /^\{\s*"(openapi|swagger|asyncapi)"\s*:\s*"([^"\\]*)"/.exec(start) ?? [];
  if (key !== undefined && version !== undefined) return { [key]: version };
  if (start.startsWith('{'))
    return (
      jsonMembers(start) ?? keysIn(start, /["']?([\w$-]+)["']?\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,{}[\]"']+))?/g)
    );
  return keysIn(
    start,
    /^["']?([\w$-]+)["']?[ \t]*:(?=\s|$)[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'|>&*!][^\n#]*?)?)[ \t]*(?:#.*)?\r?$/gm,
  );
}

function jsonMembers(text: string): JsonObject | undefined {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keysIn(text: string, pattern: RegExp): JsonObject | undefined {
  const entries = [...text.matchAll(pattern)].map(([, key = '', double, single, plain]): [string, Json] => [
    key,
    double ?? single ?? (/^[{[]/.test(plain ?? '') ? true : (plain ?? true)),
  ]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.toReversed());
}
