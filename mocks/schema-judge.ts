import type { ErrorObject, ValidateFunction } from 'ajv';
import { compareDateTime, date_time, fmtDef } from '@stoplight/prism-http/dist/validator/validators/dateTime.js';
import { ValidationContext } from '@stoplight/prism-http/dist/validator/validators/types.js';
import { convertAjvErrors } from '@stoplight/prism-http/dist/validator/validators/utils.js';
import { neededBundle } from './needed-bundle.ts';
import { addFormats, Ajv, AjvDraft2019, AjvDraft2020 } from './prism-libraries.ts';
import { ERROR } from './severity.ts';
import type { Diagnostic } from './violation.ts';

/** A schema in JSON Schema's words, as Prism's transformer leaves it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What one schema has against values. */
export interface SchemaJudge {
  /** Whether judging changes the value: `"5"` becomes 5 where a number is asked for. */
  readonly coerces: boolean;
  /** What is wrong with a value, in AJV's order. */
  judge(value: unknown, prefix: string): readonly Diagnostic[];
}

type Validator = (ValidateFunction & { errors?: ErrorObject[] | null }) | undefined;

export const NOTHING_WRONG: readonly Diagnostic[] = [];

/** By schema, then by bundle. The first use decides whether values are coerced: see `schemaJudge`. */
const judges = new WeakMap<JsonSchema, WeakMap<object, SchemaJudge>>();
const NO_BUNDLE = {};

/**
 * Compiles a schema on its first use, and remembers also that it cannot be compiled: then Prism finds nothing wrong with
 * any value, and tries again with each.
 *
 * One of Prism's errors is repeated here: it remembers a compiled schema without remembering whether it coerces. So where
 * forms and JSON share a schema, as in Swagger 2.0, whichever comes first to a mock decides for both.
 *
 * @param bundle what `#/__bundled__/…` in the schema refers to
 */
export function schemaJudge(schema: JsonSchema, coerce: boolean, bundle?: object): SchemaJudge {
  let byBundle = judges.get(schema);
  if (byBundle === undefined) judges.set(schema, (byBundle = new WeakMap()));
  const known = byBundle.get(bundle ?? NO_BUNDLE);
  if (known !== undefined) return known;
  const judge = compileJudge(schema, coerce, bundle);
  byBundle.set(bundle ?? NO_BUNDLE, judge);
  return judge;
}

function compileJudge(schema: JsonSchema, coerces: boolean, bundle: object | undefined): SchemaJudge {
  const validate = compile(schema, coerces, bundle);
  if (validate === undefined) return { coerces: false, judge: () => NOTHING_WRONG };
  return {
    coerces,
    judge: (value, prefix) => {
      try {
        if (validate(value)) return NOTHING_WRONG;
      } catch {
        // Prism takes a validator that throws for one that finds nothing.
        return NOTHING_WRONG;
      }
      const [first, ...more] = validate.errors ?? [];
      return first === undefined
        ? NOTHING_WRONG
        : convertAjvErrors([first, ...more], ERROR, ValidationContext.Input, prefix);
    },
  };
}

function compile(schema: JsonSchema, coerce: boolean, bundle: object | undefined): Validator {
  const whole = { ...schema, __bundled__: neededBundle(schema, bundle) };
  const ajv = compilerFor(String(schema['$schema']), coerce);
  try {
    return ajv.compile(whole);
  } catch {
    return undefined;
  } finally {
    ajv.removeSchema(whole);
  }
}

type Compiler = InstanceType<typeof Ajv>;

/** A compiler keeps parts of what it compiled for ever: it is replaced after so many, that edits of a document cost no memory. */
const COMPILER_LIFE = 200;
const compilers = new Map<string, { readonly ajv: Compiler; uses: number }>();

const DRAFT_2019 = /^https?:\/\/json-schema.org\/draft\/2019-09\/schema#?$/;
const DRAFT_2020 = /^https?:\/\/json-schema.org\/draft\/2020-12\/schema#?$/;

function compilerFor(dialect: string, coerceTypes: boolean): Compiler {
  const draft = DRAFT_2019.test(dialect) ? '2019' : DRAFT_2020.test(dialect) ? '2020' : '7';
  const key = `${draft} ${coerceTypes}`;
  let compiler = compilers.get(key);
  if (compiler === undefined || compiler.uses >= COMPILER_LIFE) {
    compiler = { ajv: createCompiler(draft, coerceTypes), uses: 0 };
    compilers.set(key, compiler);
  }
  compiler.uses += 1;
  return compiler.ajv;
}

const CLASSES = { '7': Ajv, '2019': AjvDraft2019, '2020': AjvDraft2020 };

/** With Prism's settings, and its own `date-time`. */
function createCompiler(draft: keyof typeof CLASSES, coerceTypes: boolean): Compiler {
  const settings = { allErrors: true, allowUnionTypes: true, allowMatchingProperties: true, strict: false };
  const ajv = new CLASSES[draft]({ ...settings, coerceTypes, logger: false });
  addFormats(ajv);
  ajv.addFormat('date-time', fmtDef(date_time, compareDateTime));
  return ajv;
}
