import { readFile } from 'node:fs/promises';
import type { ValidateFunction } from 'ajv';
import { fileReason, TallyError, type Measure, type Result } from '../contracts/index.ts';
import type { Report } from './report.ts';

/**
 * Reads a `report.json` that an earlier run wrote, and checks it against the published schema.
 *
 * @throws TallyError REPORT_UNREADABLE, REPORT_INVALID with the pointer of the first departure
 */
export async function readReport(path: string): Promise<Report> {
  const value = parse(path, await readText(path));
  const validate = await compiledSchema();
  if (!validate(value)) throw invalid(path, validate);
  return { ...value, results: value.results.map(withNumbers) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, fileReason(cause), cause);
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, 'it is no JSON, and no report', cause);
  }
}

let compiled: ValidateFunction<Report> | undefined;

async function compiledSchema(): Promise<ValidateFunction<Report>> {
  if (compiled) return compiled;
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const schema: object = JSON.parse(await readFile(new URL('./schemas/report.schema.json', import.meta.url), 'utf8'));
  compiled = new Ajv2020({ strict: true, allowUnionTypes: true }).compile<Report>(schema);
  return compiled;
}

/** What JSON could only call null was no number. */
function withNumbers(result: Result): Result {
  const measures = result.measures?.map((measure): Measure => ({ ...measure, value: measure.value ?? Number.NaN }));
  return { ...result, durationMs: result.durationMs ?? Number.NaN, ...(measures && { measures }) };
}

function unreadable(path: string, why: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'REPORT_UNREADABLE',
    where: path,
    why,
    fix: 'name a report.json that a run wrote, or run one: tally run',
    cause,
  });
}

function invalid(path: string, { errors }: ValidateFunction): TallyError {
  const [first] = errors ?? [];
  return new TallyError({
    code: 'REPORT_INVALID',
    where: `${path}#${first?.instancePath ?? ''}`,
    why: `it is no report of this version: ${first?.message ?? 'unknown reason'}`,
    fix: 'write it again with this version of tally',
  });
}
