import { header, path, query } from '@stoplight/prism-http/dist/validator/deserializers/index.js';
import { NOTHING_WRONG, schemaJudge, type JsonSchema } from './schema-judge.ts';
import { ERROR, WARNING } from './severity.ts';
import type { Diagnostic } from './violation.ts';

/** A parameter as Prism's transformer leaves it. */
export interface ParameterSpec {
  readonly name: string;
  readonly style?: string;
  readonly explode?: boolean;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly schema?: JsonSchema;
}

/** By name, as sent: null where a path does not match its own template. */
export type SentValues = Readonly<Record<string, unknown>> | null;

/** Where parameters are sent, and how Prism reads them there. */
interface Place {
  readonly prefix: string;
  readonly title: string;
  readonly defaultStyle: string;
  readonly styles: Readonly<Record<string, Deserializer>>;
  /** Names are looked for in any case; Node gives those of headers in lower case. */
  readonly anyCase: boolean;
}

type Deserializer = (name: string, values: never, schema?: never, explode?: boolean) => unknown;

export const IN_HEADERS: Place = {
  prefix: 'header',
  title: 'Header',
  defaultStyle: 'simple',
  styles: header,
  anyCase: false,
};
export const IN_QUERY: Place = { prefix: 'query', title: 'Query', defaultStyle: 'form', styles: query, anyCase: true };
export const IN_PATH: Place = { prefix: 'path', title: 'Path', defaultStyle: 'simple', styles: path, anyCase: true };

/**
 * What is wrong with the parameters of one place: against their schemas, then the deprecated ones. Where Prism's reader
 * throws, which ends its process, a parameter that was not sent counts as such, and one that was is wrong.
 */
export function compileParameters(
  specs: readonly ParameterSpec[],
  place: Place,
  bundle: object | undefined,
): (sent: SentValues) => readonly Diagnostic[] {
  if (specs.length === 0) return () => NOTHING_WRONG;
  const schema = schemaOf(specs);
  const readers = readersOf(specs, place, schema);
  const deprecated = specs.filter((spec) => spec.deprecated);
  const judge = schemaJudge(schema, true, bundle);
  return (sent) => {
    const warnings = deprecated.length === 0 ? NOTHING_WRONG : deprecationsOf(sent, deprecated, place);
    const values = valuesOf(readers, place.anyCase ? lowerCased(sent) : (sent ?? {}));
    if (values instanceof Unreadable) return [notInItsStyle(values, place)];
    const wrong = judge.judge(values, place.prefix);
    return warnings.length === 0 ? wrong : [...wrong, ...warnings];
  };
}

interface ParameterSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  readonly [keyword: string]: unknown;
}

/** All parameters of a place as the properties of one object, without regard to the case of their names. */
function schemaOf(specs: readonly ParameterSpec[]): ParameterSchema {
  const byName = Object.fromEntries(specs.map(({ name, schema }) => [name.toLowerCase(), schema]));
  const known = Object.entries(byName).flatMap(([name, schema]) => (schema ? [[name, schema] as const] : []));
  const required = specs.filter((spec) => spec.required).map(({ name }) => name.toLowerCase());
  return { type: 'object', properties: Object.fromEntries(known), required: required.filter((name) => name !== '') };
}

/** Reads one parameter's value. */
interface Reader {
  readonly name: string;
  readonly read: (values: Readonly<Record<string, unknown>>) => unknown;
}

function readersOf(specs: readonly ParameterSpec[], place: Place, schema: ParameterSchema): readonly Reader[] {
  const byName = Object.fromEntries(specs.map((spec) => [spec.name.toLowerCase(), spec]));
  return Object.entries(byName).flatMap(([name, { style, explode }]) => {
    const deserialize = place.styles[style || place.defaultStyle];
    const own = schema.properties[name];
    if (deserialize === undefined) return [];
    return [{ name, read: (values) => deserialize(name, values as never, own as never, explode || false) }];
  });
}

/** The name of a parameter that is not written in its style, like a matrix parameter without its semicolon. */
class Unreadable {
  readonly parameter: string;

  constructor(parameter: string) {
    this.parameter = parameter;
  }
}

function notInItsStyle({ parameter }: Unreadable, { prefix, title }: Place): Diagnostic {
  const message = `${title} param ${parameter} is not written in its style`;
  return { path: [prefix, parameter], code: 'style', message, severity: ERROR };
}

/** Prism takes an empty value for one that is not there. */
function valuesOf(
  readers: readonly Reader[],
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> | Unreadable {
  const values: Record<string, unknown> = {};
  for (const { name, read } of readers) {
    try {
      const value = read(sent);
      if (value) values[name] = value;
    } catch {
      if (sent[name] !== undefined) return new Unreadable(name);
    }
  }
  return values;
}

/**
 * A copy, arrays too: what AJV makes of the values while it judges must not be seen in the request. Prism does change a
 * repeated query parameter in the request (`["1"]` becomes `[1]`), which is seen only in the addresses of callbacks.
 */
function lowerCased(sent: SentValues): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(sent ?? {})) {
    values[name.toLowerCase()] = Array.isArray(value) ? [...value] : value;
  }
  return values;
}

/** Looked for by the exact name: Prism warns of no header whose name the document writes with capitals. */
function deprecationsOf(
  sent: SentValues,
  deprecated: readonly ParameterSpec[],
  { prefix, title }: Place,
): readonly Diagnostic[] {
  if (sent === null) throw new TypeError('Prism reads a parameter of a path that does not match its template.');
  return deprecated
    .filter(({ name }) => sent[name])
    .map(({ name }) => ({
      path: [prefix, name],
      code: 'deprecated',
      message: `${title} param ${name} is deprecated`,
      severity: WARNING,
    }));
}
