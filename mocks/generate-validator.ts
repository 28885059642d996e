import { isObject } from '../contracts/index.ts';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { compareDateTime, date_time, fmtDef } from '@stoplight/prism-http/dist/validator/validators/dateTime.js';
import type { Schema, Subschema } from './generate-plan.ts';
import { neededBundle } from './needed-bundle.ts';
import { addFormats, Ajv, AjvDraft2019, AjvDraft2020 } from './prism-libraries.ts';

/** Whether a value fulfils a schema. */
export type Validator = (value: unknown) => boolean;

/**
 * Compiles a schema with the settings of Prism's own validation of answers, but for one: the first mistake is enough.
 *
 * @param bundle what `#/__bundled__/…` in the schema refers to
 * @returns undefined where it cannot be compiled: then Prism finds nothing wrong with any value
 */
export function compileValidator(schema: Schema, bundle: unknown): Validator | undefined {
  const ajv = compilerFor(String(schema['$schema']));
  const whole = { ...schema, __bundled__: neededBundle(schema, isObject(bundle) ? bundle : undefined) };
  try {
    const validate = ajv.compile(whole);
    return (value) => {
      try {
        return validate(value);
      } catch {
        return true;
      }
    };
  } catch {
    return undefined;
  } finally {
    ajv.removeSchema(whole);
  }
}

/** A part of a schema that is judged by itself, with what the whole's references lead to. */
export function partOf(whole: Schema, part: Subschema): Schema {
  const { $schema, definitions, $defs } = whole;
  const kept = { ...(definitions === undefined ? {} : { definitions }), ...($defs === undefined ? {} : { $defs }) };
  return { ...kept, ...($schema === undefined ? {} : { $schema }), allOf: [part] };
}

const DRAFT_2019 = /^https?:\/\/json-schema.org\/draft\/2019-09\/schema#?$/;
const DRAFT_2020 = /^https?:\/\/json-schema.org\/draft\/2020-12\/schema#?$/;
const CLASSES = { '7': Ajv, '2019': AjvDraft2019, '2020': AjvDraft2020 };

type Compiler = InstanceType<typeof Ajv>;

/** A compiler keeps parts of what it compiled for ever. */
const COMPILER_LIFE = 200;
const compilers = new Map<string, { readonly ajv: Compiler; uses: number }>();

function compilerFor(dialect: string): Compiler {
  const draft = DRAFT_2019.test(dialect) ? '2019' : DRAFT_2020.test(dialect) ? '2020' : '7';
  let compiler = compilers.get(draft);
  if (compiler === undefined || compiler.uses >= COMPILER_LIFE) {
    compiler = { ajv: createCompiler(draft), uses: 0 };
    compilers.set(draft, compiler);
  }
  compiler.uses += 1;
  return compiler.ajv;
}

function createCompiler(draft: keyof typeof CLASSES): Compiler {
  const settings = { allowUnionTypes: true, allowMatchingProperties: true, strict: false, logger: false } as const;
  const ajv = new CLASSES[draft](settings);
  addFormats(ajv);
  ajvDateTime ??= formatOf(ajv.formats['date-time']);
  ajv.addFormat('date-time', fmtDef(date_time, compareDateTime));
  return ajv;
}

type Test = (text: string) => boolean;

/** AJV's own, before Prism's takes its place: each allows some texts that the other does not. */
let ajvDateTime: Test | undefined;
let formats: Compiler['formats'] | undefined;

/** Whether a text has a format; undefined for one that AJV does not know, or that allows any text. */
export function formatTest(name: string): Test | undefined {
  formats ??= createCompiler('7').formats;
  // Ours is the newer of the two, and knows more.
  const test = formatOf(
    formats[name] ?? (Object.hasOwn(fullFormats, name) ? Reflect.get(fullFormats, name) : undefined),
  );
  const alsoTest = name === 'date-time' ? ajvDateTime : undefined;
  if (test === undefined || alsoTest === undefined) return test;
  return (text) => test(text) && alsoTest(text);
}

function formatOf(format: unknown): Test | undefined {
  const isDefinition = typeof format === 'object' && format !== null && 'validate' in format;
  if (isDefinition && 'type' in format && format.type === 'number') return undefined;
  const test: unknown = isDefinition ? format.validate : format;
  if (test instanceof RegExp) return (text) => test.test(text);
  return typeof test === 'function' ? (test as Test) : undefined;
}
