import { isObject, type Json } from './json.ts';

/** One key as a reference token of RFC 6901. Hardly any needs escaping, and large documents have millions of them. */
export function escapePointer(key: string | number): string {
  const text = String(key);
  return /[~/]/.test(text) ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text;
}

/** A pointer one or more keys further down. */
export function joinPointer(pointer: string, ...keys: readonly (string | number)[]): string {
  let joined = pointer;
  for (const key of keys) joined += `/${escapePointer(key)}`;
  return joined;
}

/** The keys of a pointer; `''` is the whole document. A missing leading slash is forgiven. */
export function splitPointer(pointer: string): string[] {
  if (pointer === '') return [];
  const tokens = pointer.startsWith('/') ? pointer.slice(1) : pointer;
  const keys = tokens.split('/');
  return tokens.includes('~') ? keys.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : keys;
}

/** The value at a pointer, or undefined where it leads nowhere. Own members only: `__proto__` leads nowhere. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const key of splitPointer(pointer)) {
    if (value === undefined) return undefined;
    value = childOf(value, key);
  }
  return value;
}

/** The pointer that a local reference (`#/components/schemas/Pet`) names; undefined where it is no such reference. */
export function pointerOfReference(reference: string): string | undefined {
  if (reference === '#') return '';
  if (!reference.startsWith('#/')) return undefined;
  return decodeFragment(reference.slice(1));
}

/** A pointer as a local reference, percent-encoded as RFC 6901 §6 asks. */
export function referenceTo(pointer: string): string {
  return `#${encodeURI(pointer).replaceAll('#', '%23').replaceAll('?', '%3F')}`;
}

function childOf(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A fragment with a stray `%` is taken as it stands. */
function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
