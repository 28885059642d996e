import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Document } from 'yaml';
import { TallyError } from './error.ts';
import { explainSchemaError, type SchemaMistake } from './explain-schema-error.ts';
import { joinPointer } from './json-pointer.ts';
import { mistakesError } from './mistakes-error.ts';
import { codeOf, messageOf } from './thrown.ts';
import type { Waiver } from './waiver.ts';
import { yaml } from './yaml-library.ts';
import { positionOf } from './yaml-position.ts';

/** Relative to the workspace root. */
const WAIVERS_FILE = 'contracts/waivers.yaml';

/**
 * The waivers of a workspace in the order of their file; none where there is no `contracts/waivers.yaml`.
 *
 * @throws TallyError WAIVERS_UNREADABLE (no YAML), WAIVERS_INVALID (with every mistake in it, each with its line)
 */
export async function readWaivers(root: string): Promise<readonly Waiver[]> {
  const text = await textOf(path.join(root, WAIVERS_FILE));
  if (text === undefined) return [];
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw unreadable(`${WAIVERS_FILE}:${line}:${col}`, `this is no YAML: ${broken.message.split('\n')[0]}`, broken);
  }
  const value = plainData(document);
  const mistakes = await mistakesIn(value);
  if (mistakes.length > 0)
    throw mistakesError('WAIVERS_INVALID', WAIVERS_FILE, mistakes, (mistake) => positionOf(document, lines, mistake));
  const { waivers } = value as { readonly waivers: readonly Omit<Waiver, 'where' | 'missingFile'>[] | null };
  return await Promise.all(
    (waivers ?? []).map(async (waiver, index) => ({
      ...waiver,
      ...(await missingFile(root, waiver.place)),
      where: {
        source: WAIVERS_FILE,
        pointer: joinPointer('', 'waivers', index),
        ...positionOf(document, lines, { path: ['waivers', String(index)] }),
      },
    })),
  );
}

/** Of `contracts/apis/parcels/2.0.0/openapi.yaml#/info`; a glob, a pointer by itself and an operation name no file. */
async function missingFile(root: string, place: string): Promise<Pick<Waiver, 'missingFile'>> {
  const [file = ''] = place.split('#', 1);
  const isFile = /^[^/*?{}\s][^*?{}\s]*\/[^*?{}\s]*\.\w+$/.test(file) && !file.startsWith('git:');
  if (!isFile) return {};
  const found = await stat(path.join(root, file)).catch(() => undefined);
  return found === undefined ? { missingFile: file } : {};
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unreadable(WAIVERS_FILE, messageOf(cause), cause);
  });
}

function plainData(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw unreadable(WAIVERS_FILE, messageOf(cause), cause);
  }
}

async function mistakesIn(value: unknown): Promise<readonly SchemaMistake[]> {
  const [{ Ajv }, schema] = await Promise.all([
    import('ajv'),
    readFile(new URL('schemas/waivers.schema.json', import.meta.url), 'utf8'),
  ]);
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, formats: { day: isDay } });
  const validate = ajv.compile(JSON.parse(schema));
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const mistake = explainSchemaError(error, 'the file');
    if (error.keyword !== 'format') return mistake;
    return { ...mistake, why: `${JSON.stringify(error.data)} is no day`, fix: 'write it as YYYY-MM-DD: 2026-12-31' };
  });
}

/** 30 February is none. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function unreadable(where: string, why: string, cause: unknown): TallyError {
  return new TallyError({ code: 'WAIVERS_UNREADABLE', where, why, fix: 'correct the file at this place', cause });
}
