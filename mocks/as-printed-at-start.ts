import { isObject } from '../contracts/index.ts';
import type { PrismOperation } from './prism-operation.ts';

/** A parameter, as far as an example of it is made at Prism's start. */
interface PrintedParameter {
  name: string;
  explode?: boolean;
  readonly style?: string;
  readonly required?: boolean;
  readonly schema?: unknown;
  readonly examples?: readonly { readonly value?: unknown }[];
}

/**
 * Prism's command prints an example address of each operation when it starts, and changes the operation on the way: from
 * then on its form-style query parameters are exploded where nothing is said, as OpenAPI has it, and are looked for by
 * their encoded names, so that `ids[]` is never found. It gets that far only where it can make a value of every path and
 * query parameter. Requests are judged by what comes of this, so the same is done to the operation that is given.
 *
 * Where it hangs on chance whether Prism can make a value, as with one of several schemas, it counts as one that it cannot.
 */
export function changeAsPrinted({ request = {} }: PrismOperation): void {
  const inPath = (request.path ?? []) as readonly PrintedParameter[];
  const inQuery = (request.query ?? []) as readonly PrintedParameter[];
  if (!inPath.every(isPrintable) || !inPath.every(isPathStyle) || !inQuery.every(isPrintable)) return;
  for (const parameter of inQuery) {
    if ((parameter.style || 'form') !== 'form') continue;
    parameter.name = encodeURI(parameter.name);
    parameter.explode ??= true;
  }
}

const PATH_STYLES = new Set(['simple', 'label', 'matrix']);

function isPathStyle({ style, required }: PrintedParameter): boolean {
  return required === false || PATH_STYLES.has(style || 'simple');
}

function isPrintable(parameter: PrintedParameter): boolean {
  const { examples = [], schema, style } = parameter;
  const [example, ...more] = examples.map(({ value }) => value ?? undefined);
  if (example !== undefined && !more.includes(undefined)) return isWritable(style, typeOf(example));
  return isObject(schema) && schema['writeOnly'] !== true && isMakeable(schema) && isWritable(style, typeIn(schema));
}

/** These two styles refuse values of other types. */
function isWritable(style: string | undefined, type: unknown): boolean {
  if (style === 'pipeDelimited' || style === 'spaceDelimited') return type === 'array';
  return style !== 'deepObject' || (type !== 'number' && type !== 'integer' && type !== 'boolean');
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function typeIn({ type, items }: Readonly<Record<string, unknown>>): unknown {
  return type === undefined && items !== undefined ? 'array' : type;
}

/** What is no schema, whatever it looks like. */
const DATA = new Set(['enum', 'const', 'default', 'example', 'examples', 'x-examples']);

/** Whether json-schema-faker makes a value: all parts are made, references are not known to it here. */
function isMakeable(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isMakeable);
  if (!isObject(schema)) return true;
  const { $ref, template, pattern, patternProperties, oneOf, anyOf } = schema;
  if (typeof $ref === 'string' || typeof template === 'string') return false;
  if (typeof pattern === 'string' && !isReadable(pattern)) return false;
  if (isObject(patternProperties) && !Object.keys(patternProperties).every(isReadable)) return false;
  if ([oneOf, anyOf].some((options) => Array.isArray(options) && options.length === 0)) return false;
  return Object.entries(schema).every(([keyword, part]) => DATA.has(keyword) || isMakeable(part));
}

/** By randexp, which knows no group that is named or looks back. */
function isReadable(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp && !pattern.includes('(?<');
  } catch {
    return false;
  }
}
