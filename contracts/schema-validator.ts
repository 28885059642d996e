import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { ajvLibrary } from './ajv-library.ts';
import { boundedPattern, type BoundedPattern } from './bounded-pattern.ts';
import { convertSchema, type SchemaDefect } from './convert-schema.ts';
import { TallyError } from './error.ts';
import type { Json, JsonObject } from './json.ts';
import type { Contract } from './model.ts';
import { patternOf } from './known-patterns.ts';
import { describeProblems, type SchemaProblem } from './schema-problems.ts';

export type SchemaValidator = (value: Json) => readonly SchemaProblem[];

/**
 * Compiles the schema at `pointer` in `contract.document` once; later calls get the same validator. OpenAPI 2.0 and 3.0
 * schemas are read as those versions mean them (`nullable`, boolean `exclusiveMinimum`), `readOnly` properties are not
 * required in a request nor `writeOnly` ones in a response. Where there is no schema at `pointer`, every value is valid.
 * A pattern that takes too long is no reason to refuse a value, and `isTooSlow` knows it afterwards.
 *
 * @throws TallyError SCHEMA_INVALID, with the place; a schema that failed to compile once is not compiled again
 */
export function schemaValidator(
  contract: Pick<Contract, 'document' | 'source' | 'specification'>,
  pointer: string,
  direction: 'request' | 'response',
): SchemaValidator {
  const library = libraryOf(contract, direction);
  const known = library.validators.get(pointer) ?? compileOnce(library, pointer);
  library.validators.set(pointer, known);
  if (known instanceof TallyError) throw known;
  return known;
}

/** The schemas of one contract in one direction. Shared parts are compiled once, and only when something reaches them. */
interface Library {
  readonly document: JsonObject;
  readonly source: string;
  readonly specification: string;
  readonly direction: 'request' | 'response';
  readonly ajv: Ajv | Ajv2020;
  readonly assumption: Assumption;
  readonly validators: Map<string, SchemaValidator | TallyError>;
  /** By pointer: the name of a schema that the library holds. */
  readonly ids: Map<string, string>;
  readonly references: Map<string, readonly string[]>;
  readonly defects: Map<string, SchemaDefect>;
  /** Pointers of the schemas that the library was given. */
  readonly origins: WeakMap<object, string>;
}

/** What stands in for the answer of a pattern that took too long. */
interface Assumption {
  isFound: boolean;
  /** An answer was needed since this was last set back. */
  wasNeeded: boolean;
}

/** Goes when the contract goes. */
const libraries = new WeakMap<JsonObject, Map<string, Library>>();

function libraryOf(
  contract: Pick<Contract, 'document' | 'source' | 'specification'>,
  direction: Library['direction'],
): Library {
  const { document, source, specification } = contract;
  const byDirection = libraries.get(document) ?? new Map<string, Library>();
  libraries.set(document, byDirection);
  const known = byDirection.get(direction);
  if (known !== undefined) return known;
  const assumption: Assumption = { isFound: true, wasNeeded: false };
  const ajv = createAjv(specification, assumption);
  const library: Library = {
    document,
    source,
    specification,
    direction,
    ajv,
    assumption,
    validators: new Map(),
    ids: new Map(),
    references: new Map(),
    defects: new Map(),
    origins: new WeakMap(),
  };
  byDirection.set(direction, library);
  return library;
}

function is2020(specification: string): boolean {
  return /^3\.[12]|2019-09|2020-12/.test(specification);
}

function createAjv(specification: string, assumption: Assumption): Ajv | Ajv2020 {
  const regExp = (source: string) => answering(source, patternOf(source), assumption);
  const code = { regExp: Object.assign(regExp, { code: 'patternOf' }) };
  // Our own conversion has checked the keywords; `verbose` hands back the schema object that an error comes from.
  const options = {
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    logger: false,
    addUsedSchema: false,
    code,
  } as const;
  const library = ajvLibrary();
  const ajv = is2020(specification) ? new library.Ajv2020(options) : new library.Ajv(options);
  library.addFormats(ajv);
  boundFormats(ajv, assumption);
  return ajv;
}

/** As ajv wants a pattern; it keeps those apart by what they are as text. */
function answering(
  source: string,
  pattern: BoundedPattern,
  assumption: Assumption,
): { test(text: string): boolean; toString(): string } {
  return {
    test: (text) => {
      const isFound = pattern.test(text);
      if (isFound !== undefined) return isFound;
      assumption.wasNeeded = true;
      return assumption.isFound;
    },
    toString: () => source,
  };
}

/** Each format's pattern was measured: at this length none takes a millisecond, but `url` sixteen seconds at 100 kB. */
const SAFE_FORMAT_CHARACTERS = 1000;

function boundFormats(ajv: Ajv | Ajv2020, assumption: Assumption): void {
  for (const [name, format] of Object.entries(ajv.formats)) {
    if (!(format instanceof RegExp)) continue;
    const bounded = answering(name, boundedPattern(format, SAFE_FORMAT_CHARACTERS), assumption);
    ajv.addFormat(name, (text) => bounded.test(text));
  }
}

function compileOnce(library: Library, pointer: string): SchemaValidator | TallyError {
  try {
    const id = addReachable(library, pointer);
    const found = firstDefect(library, pointer);
    if (found !== undefined) return invalid(library, found);
    const validate = library.ajv.getSchema<Json>(id);
    if (validate === undefined) return invalid(library, { pointer, why: 'it cannot be compiled' });
    return (value) => validateWith(library, pointer, validate, value);
  } catch (cause) {
    return invalid(library, { pointer, why: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** Hands the schema and everything that it leads to over to ajv, each under a name of its own. */
function addReachable(library: Library, pointer: string): string {
  const idOf = (target: string): string => {
    const id = library.ids.get(target) ?? `tally:${library.ids.size}`;
    library.ids.set(target, id);
    return id;
  };
  const waiting = [pointer];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (library.references.has(next)) continue;
    const { document, direction, origins } = library;
    const isOld = /^(2\.0|3\.0)/.test(library.specification);
    const converted = convertSchema(
      { document, isOld, is2020: is2020(library.specification), direction, idOf, origins },
      next,
    );
    library.references.set(next, converted.references);
    const [defect] = converted.defects;
    if (defect !== undefined) library.defects.set(next, defect);
    library.ajv.addSchema(converted.schema, idOf(next));
    waiting.push(...converted.references);
  }
  return idOf(pointer);
}

function firstDefect(library: Library, pointer: string): SchemaDefect | undefined {
  const seen = new Set<string>();
  const waiting = [pointer];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const found = library.defects.get(next);
    if (found !== undefined) return found;
    waiting.push(...(library.references.get(next) ?? []));
  }
  return undefined;
}

function validateWith(
  library: Library,
  pointer: string,
  validate: ValidateFunction<Json>,
  value: Json,
): readonly SchemaProblem[] {
  const errors = certainErrors(library, pointer, validate, value);
  if (errors.length === 0) return [];
  return describeProblems(errors, {
    originOf: (schema) => library.origins.get(schema),
    errorsOf: (schema, data) => errorsOf(library.ajv, schema, data),
    document: library.document,
  });
}

/** Where a pattern took too long: what is wrong with the value whether the pattern is found in it or not. */
function certainErrors(
  library: Library,
  pointer: string,
  validate: ValidateFunction<Json>,
  value: Json,
): readonly ErrorObject[] {
  const { assumption } = library;
  try {
    Object.assign(assumption, { isFound: true, wasNeeded: false });
    const found = errorsNow(library, pointer, validate, value);
    if (found.length === 0 || !assumption.wasNeeded) return found;
    assumption.isFound = false;
    const otherwise = new Set(errorsNow(library, pointer, validate, value).map(signatureOf));
    return found.filter((error) => otherwise.has(signatureOf(error)));
  } finally {
    assumption.isFound = true;
  }
}

function signatureOf({ instancePath, schemaPath, params }: ErrorObject): string {
  return JSON.stringify([instancePath, schemaPath, params]);
}

function errorsNow(
  library: Library,
  pointer: string,
  validate: ValidateFunction<Json>,
  value: Json,
): readonly ErrorObject[] {
  try {
    return validate(value) ? [] : (validate.errors ?? []);
  } catch (cause) {
    // A schema that is a part of itself (`A: allOf: [A]`) has no end.
    throw invalid(
      library,
      { pointer, why: cause instanceof RangeError ? 'it is a part of itself without end' : String(cause) },
      cause,
    );
  }
}

function errorsOf(ajv: Ajv | Ajv2020, schema: object, data: unknown): readonly ErrorObject[] {
  const validate = ajv.compile(schema);
  return validate(data) ? [] : [...(validate.errors ?? [])];
}

function invalid(library: Library, found: SchemaDefect, cause?: unknown): TallyError {
  return new TallyError({
    code: 'SCHEMA_INVALID',
    where: `${library.source}#${found.pointer}`,
    why: found.why,
    fix: 'correct the schema at this place',
    cause,
  });
}
