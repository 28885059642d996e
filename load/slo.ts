import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorObject } from 'ajv';
import { LineCounter, parseDocument } from 'yaml';
import {
  fileReason,
  isObject,
  joinPointer,
  locateIn,
  nearMiss,
  TallyError,
  type Contract,
  type Json,
  type JsonObject,
} from '../contracts/index.ts';
import { GateSyntaxError, parseGate, type Gate } from './gate.ts';

/** How a load is made. Times as in the SLO file. */
export interface Profile {
  /** Each connection sends its next request when the last was answered. */
  readonly model: 'closed';
  readonly connections: number;
  readonly durationS: number;
  /** Sent before measuring begins, and left out of every figure. */
  readonly warmupS: number;
  readonly timeoutMs: number;
  /** The run ends when so many requests were sent, warm-up included. */
  readonly maxRequests: number;
  /** Share of the answers, 0 to 1, that may be held against the contract. */
  readonly validateShare: number;
  /** How many answers of an operation are held against the contract. */
  readonly validateAtMost: number;
}

export interface SloGate extends Gate {
  /** Absent: all operations together. */
  readonly operationId?: string;
  /** Into the SLO file. */
  readonly pointer: string;
}

/** A service level objective: what one API is asked under load, and the bar its answers are held to. */
export interface Slo {
  /** Path relative to the workspace; absent when it stands in for a file that nobody wrote. */
  readonly source?: string;
  readonly api: string;
  readonly version: string;
  readonly profile: Profile;
  /** The flag that chose the operations in place of the file. */
  readonly operationsFrom?: string;
  /** Absent: every GET that the contract has an example for, alike. */
  readonly operations?: Readonly<Record<string, { readonly weight: number }>>;
  readonly gates: readonly SloGate[];
}

const FOLDER = 'load/slos';

export const DEFAULT_PROFILE: Profile = {
  model: 'closed',
  connections: 8,
  durationS: 10,
  warmupS: 2,
  timeoutMs: 5000,
  maxRequests: 1_000_000,
  validateShare: 1,
  validateAtMost: 100,
};

/** What a document without an SLO file is held to. */
export function defaultSlo(contract: Contract): Slo {
  const gate = { ...parseGate('rate(errors) < 1%'), pointer: '' };
  return { api: contract.name, version: contract.version, profile: DEFAULT_PROFILE, gates: [gate] };
}

/** Every SLO of a workspace, in the order of their file names. @throws TallyError SLO_INVALID */
export async function readSlos(root: string): Promise<readonly Slo[]> {
  const folder = path.join(root, FOLDER);
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  return await Promise.all(names.map((name) => readSlo(root, `${FOLDER}/${name}`)));
}

/**
 * Reads one SLO file. `source` is relative to `root`, or absolute.
 *
 * @throws TallyError SLO_MISSING; SLO_INVALID with line and column
 */
export async function readSlo(root: string, source: string): Promise<Slo> {
  const value = parseYaml(await readText(root, source), source);
  const data = isObject(value) ? value : {};
  const problem = isObject(value)
    ? await problemIn(data)
    : { pointer: '', why: 'the file holds no map', fix: 'begin with "api: …"' };
  if (problem !== undefined) throw invalid(root, source, problem);
  return {
    source,
    api: textOf(data['api']),
    version: textOf(data['version']),
    profile: profileOf(data['profile']),
    ...operationsOf(data['operations']),
    gates: listOf(data['gates']).map((gate, index) => readGate(root, source, gate, index)),
  };
}

async function readText(root: string, source: string): Promise<string> {
  try {
    return await readFile(path.resolve(root, source), 'utf8');
  } catch (cause) {
    throw new TallyError({
      code: 'SLO_MISSING',
      where: source,
      why: fileReason(cause),
      fix: 'name a file in load/slos, or leave --slo out',
      cause,
    });
  }
}

function parseYaml(text: string, source: string): Json {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error === undefined) {
    const value: Json = document.toJS({ maxAliasCount: 100 });
    return value;
  }
  const { line, col } = lineCounter.linePos(error.pos[0]);
  throw new TallyError({
    code: 'SLO_INVALID',
    where: `${source}:${line}:${col}`,
    why: `this is no YAML: ${error.message}`,
    fix: 'correct the file at this place',
    cause: error,
  });
}

interface Problem {
  readonly pointer: string;
  readonly why: string;
  readonly fix: string;
}

async function problemIn(data: JsonObject): Promise<Problem | undefined> {
  const { Ajv } = await import('ajv');
  const text = await readFile(new URL('../contracts/schemas/slo.schema.json', import.meta.url), 'utf8');
  const schema: JsonObject = JSON.parse(text);
  const validate = new Ajv({ verbose: true, allErrors: true, allowUnionTypes: true }).compile(schema);
  if (validate(data)) return undefined;
  const errors = validate.errors ?? [];
  // Both branches of a gate complain when neither fits: the one about its members says more than the one about its type.
  const telling =
    errors.find((error) => error.keyword === 'additionalProperties' || error.keyword === 'required') ?? errors[0];
  return telling === undefined ? undefined : explain(telling);
}

function explain(error: ErrorObject): Problem {
  const pointer = error.instancePath;
  const name = pointer === '' ? 'the file' : `"${pointer.slice(pointer.lastIndexOf('/') + 1)}"`;
  const params: Record<string, unknown> = error.params;
  const schema: unknown = error.parentSchema;
  if (error.keyword === 'additionalProperties') {
    const key = String(params['additionalProperty']);
    const known = isObject(schema) && isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
    const near = nearMiss(key, known);
    const fix = near === undefined ? `use one of ${known.join(', ')}` : `did you mean "${near}"?`;
    return { pointer: joinPointer(pointer, key), why: `${name} has no key "${key}"`, fix };
  }
  if (error.keyword === 'required') {
    const missing = String(params['missingProperty']);
    return { pointer, why: `${name} needs "${missing}"`, fix: `add "${missing}: …"` };
  }
  const description = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : undefined;
  return {
    pointer,
    why: `${name} ${error.message ?? 'is not valid'}`,
    fix: description === undefined ? 'correct it' : `it is: ${description}`,
  };
}

function invalid(root: string, source: string, problem: Problem, column = 0): TallyError {
  const place = locateIn(root, source, problem.pointer);
  return new TallyError({
    code: 'SLO_INVALID',
    where: `${source}:${place.line}:${place.column + column}`,
    why: problem.why,
    fix: problem.fix,
  });
}

function profileOf(given: Json | undefined): Profile {
  const profile = isObject(given) ? given : {};
  const numberOf = (name: Exclude<keyof Profile, 'model'>): number => {
    const value = profile[name];
    return typeof value === 'number' ? value : DEFAULT_PROFILE[name];
  };
  return {
    model: 'closed',
    connections: numberOf('connections'),
    durationS: numberOf('durationS'),
    warmupS: numberOf('warmupS'),
    timeoutMs: numberOf('timeoutMs'),
    maxRequests: numberOf('maxRequests'),
    validateShare: numberOf('validateShare'),
    validateAtMost: numberOf('validateAtMost'),
  };
}

function operationsOf(given: Json | undefined): Pick<Slo, 'operations'> {
  if (!isObject(given)) return {};
  const entries = Object.entries(given).map(([id, settings]): [string, { weight: number }] => {
    const weight = isObject(settings) ? settings['weight'] : undefined;
    return [id, { weight: typeof weight === 'number' ? weight : 1 }];
  });
  return { operations: Object.fromEntries(entries) };
}

function readGate(root: string, source: string, given: Json, index: number): SloGate {
  const pointer = `/gates/${index}`;
  if (!isObject(given)) return parseAt(root, source, pointer, textOf(given));
  const gate = parseAt(root, source, `${pointer}/gate`, textOf(given['gate']));
  return { ...gate, operationId: textOf(given['operation']) };
}

function parseAt(root: string, source: string, pointer: string, text: string): SloGate {
  try {
    return { ...parseGate(text), pointer };
  } catch (thrown) {
    if (!(thrown instanceof GateSyntaxError)) throw thrown;
    const why = `"${text}", at its character ${thrown.position}: ${thrown.message}`;
    throw invalid(root, source, { pointer, why, fix: thrown.fix });
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The schema has seen to it that it is text. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
