import { isObject, type Json } from './json.ts';
import type { Parameter } from './model.ts';

type Serialised = Pick<Parameter, 'name' | 'style' | 'explode'>;

/** A path segment's text, percent-encoded: RFC 6570 `{x}`, `{.x}` and `{;x}`, as OpenAPI 3.1 §4.8.12.3 uses them. */
export function serialisePath(parameter: Serialised, value: Json): string {
  const { name, style, explode } = parameter;
  if (style === 'content') return encodeURIComponent(JSON.stringify(value));
  if (style === 'label') return prefixed('.', explode ? '.' : ',', value, explode);
  if (style === 'matrix') return serialiseMatrix(name, value, explode);
  return joined(value, ',', explode, encodeURIComponent);
}

/** The `name=value` pairs of a query or of a urlencoded form, percent-encoded. */
export function serialiseQuery(parameter: Serialised, value: Json): readonly string[] {
  const { name, style, explode } = parameter;
  if (style === 'content') return [pair(name, JSON.stringify(value))];
  if (style === 'deepObject' && isObject(value)) return deepPairs(name, value);
  if (Array.isArray(value) && explode) return value.map((item: Json) => pair(name, text(item)));
  if (isObject(value) && explode) return Object.entries(value).map(([key, item]) => pair(key, text(item)));
  return [`${encodeURIComponent(name)}=${joined(value, delimiterOf(style), false, encodeURIComponent)}`];
}

/** A header's text, not encoded: style `simple`. */
export function serialiseHeader(parameter: Serialised, value: Json): string {
  if (parameter.style === 'content') return JSON.stringify(value);
  return joined(value, ',', parameter.explode, (part) => part);
}

function delimiterOf(style: string): string {
  const delimiters: Readonly<Record<string, string>> = {
    spaceDelimited: '%20',
    pipeDelimited: '%7C',
    tabDelimited: '%09',
  };
  return delimiters[style] ?? ',';
}

function prefixed(prefix: string, separator: string, value: Json, explode: boolean): string {
  return prefix + joined(value, separator, explode, encodeURIComponent);
}

function serialiseMatrix(name: string, value: Json, explode: boolean): string {
  const key = encodeURIComponent(name);
  if (explode && Array.isArray(value))
    return value.map((item: Json) => `;${key}=${encodeURIComponent(text(item))}`).join('');
  if (explode && isObject(value)) return prefixed(';', ';', value, true);
  return `;${key}=${joined(value, ',', false, encodeURIComponent)}`;
}

function joined(value: Json, separator: string, explode: boolean, encode: (part: string) => string): string {
  if (Array.isArray(value)) return value.map((item: Json) => encode(text(item))).join(separator);
  if (!isObject(value)) return encode(text(value));
  const between = explode ? '=' : separator;
  return Object.entries(value)
    .map(([key, item]) => `${encode(key)}${between}${encode(text(item))}`)
    .join(separator);
}

function deepPairs(name: string, value: Json): readonly string[] {
  if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => deepPairs(`${name}[${key}]`, item));
  if (Array.isArray(value)) return value.flatMap((item: Json) => deepPairs(name, item));
  return [pair(name, text(value))];
}

function pair(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function text(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
