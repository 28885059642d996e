import type { Change, Direction } from './change.ts';
import { compareColumns } from './compare-columns.ts';
import { compareExchange } from './compare-exchange.ts';
import { compareSchemas } from './compare-schemas.ts';
import { memberOf } from './compare-settings.ts';
import { compareXsds } from './compare-xsds.ts';
import type { DiffSide } from './diff-side.ts';
import { severityOf, type FileDifference, type FileDirection, type FilePlace } from './file-difference.ts';
import type { Where } from './finding.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import { isObject, type JsonObject } from './json.ts';
import { locate, locateIn } from './locate.ts';
import type { FileDescription } from './model.ts';
import { placeSchemaChange, type DiffSides } from './place-change.ts';

/**
 * What changed between two contracts of files. The partner reads what is outgoing, so such files may only narrow; it
 * writes what is incoming, so those may only widen (`x-exchange.direction`, outgoing unless told).
 */
export function diffFiles(base: DiffSide, revision: DiffSide): readonly Change[] {
  const sides: DiffSides = { base, revision };
  const partners = matchFiles(base.contract.files, revision.contract.files);
  const matched = new Set(partners.values());
  return [
    ...base.contract.files.flatMap((file) => {
      const partner = partners.get(file);
      return partner === undefined ? [fileRemoved(sides, file)] : fileChanges(sides, file, partner);
    }),
    ...revision.contract.files.filter((file) => !matched.has(file)).map((file) => fileAdded(sides, file)),
  ];
}

/** By name, else by the name that their files have: the resource's own never travels. */
function matchFiles(
  base: readonly FileDescription[],
  revision: readonly FileDescription[],
): ReadonlyMap<FileDescription, FileDescription> {
  const naming = (file: FileDescription): unknown => memberOf(file.description, 'x-exchange')['naming'];
  const ids = new Set(base.map(({ id }) => id));
  return new Map(
    base.flatMap((file) => {
      const named = revision.find(({ id }) => id === file.id);
      const partner =
        named ??
        revision.find((each) => !ids.has(each.id) && naming(each) !== undefined && naming(each) === naming(file));
      return partner === undefined ? [] : [[file, partner] as const];
    }),
  );
}

function directionOf(file: FileDescription): FileDirection {
  return memberOf(file.description, 'x-exchange')['direction'] === 'incoming' ? 'incoming' : 'outgoing';
}

/** Seen from the partner, as everywhere. */
const DIRECTIONS: Record<FileDirection, Exclude<Direction, 'both'>> = { outgoing: 'response', incoming: 'request' };

/** As a person names it: `manifest.csv`. */
function operationOf({ id, format }: FileDescription): string {
  return `${id}.${format}`;
}

function fileRemoved(sides: DiffSides, file: FileDescription): Change {
  const difference: FileDifference = {
    code: 'file-removed',
    shift: 'other',
    message: `the file ${file.id} was removed`,
    fix: 'keep it, or make this a new major version',
    base: { keys: [] },
  };
  return place({ sides, base: file, direction: directionOf(file) }, difference);
}

/** Nobody waits for a file that is new; who should write it may not know of it. */
function fileAdded(sides: DiffSides, file: FileDescription): Change {
  const direction = directionOf(file);
  const shift = direction === 'incoming' ? 'unclear' : 'same';
  const message = `the file ${file.id} was added${direction === 'incoming' ? '; partners may have to write it' : ''}`;
  return place({ sides, revision: file, direction }, { code: 'file-added', shift, message, revision: { keys: [] } });
}

function fileChanges(sides: DiffSides, base: FileDescription, revision: FileDescription): readonly Change[] {
  const [before, after] = [directionOf(base), directionOf(revision)];
  const pair: FilePair = { sides, base, revision, direction: before };
  const [was, is] = [resourceOf(sides.base, base), resourceOf(sides.revision, revision)];
  if (before !== after) return [{ ...place(pair, directionChanged(before, after)), direction: 'both' }];
  if (base.format !== revision.format) return [place(pair, formatChanged(base, revision))];
  const isTable = base.format === 'csv';
  const differences = [
    ...compareExchange(was, is, isTable),
    ...(isTable ? compareColumns(was, is, before) : []),
    ...(base.format === 'xml' ? xsdDifferences(pair) : []),
  ];
  return [
    ...differences.map((difference) => place(pair, difference)),
    ...(base.format === 'json' || base.format === 'ndjson' ? jsonChanges(pair) : []),
  ];
}

/** The resource as it stands in the document: `description` of JSON and XML leaves members out. */
function resourceOf({ contract }: DiffSide, file: FileDescription): JsonObject {
  const resource = valueAt(contract.document, file.pointer);
  return isObject(resource) ? { ...resource, ...(file.format === 'csv' ? file.description : {}) } : file.description;
}

function directionChanged(before: FileDirection, after: FileDirection): FileDifference {
  const place = { keys: ['x-exchange', 'direction'] };
  const message = `the file is ${after} now, where it was ${before} before`;
  const code = 'file-direction-changed';
  return { code, shift: 'other', message, expected: before, actual: after, base: place, revision: place };
}

function formatChanged(base: FileDescription, revision: FileDescription): FileDifference {
  return {
    code: 'file-format-changed',
    shift: 'other',
    message: `the format changed from ${base.format} to ${revision.format}`,
    fix: 'make the new format a file of its own',
    expected: base.format,
    actual: revision.format,
    base: { keys: ['format'] },
    revision: { keys: ['format'] },
  };
}

function xsdDifferences({ sides, base, revision, direction }: FilePair): readonly FileDifference[] {
  if (base?.schemaSource === undefined || revision?.schemaSource === undefined) return [];
  return compareXsds(
    { root: sides.base.root, source: base.schemaSource },
    { root: sides.revision.root, source: revision.schemaSource },
    direction,
  );
}

interface FilePair {
  readonly sides: DiffSides;
  readonly base?: FileDescription;
  readonly revision?: FileDescription;
  readonly direction: FileDirection;
}

function jsonChanges({ sides, base, revision, direction }: FilePair): readonly Change[] {
  if (base === undefined || revision === undefined) return [];
  const context = { direction: DIRECTIONS[direction], operation: operationOf(base) };
  return compareSchemas(
    { contract: sides.base.contract, pointer: joinPointer(base.pointer, 'schema') },
    { contract: sides.revision.contract, pointer: joinPointer(revision.pointer, 'schema') },
    context.direction,
  ).map((change) => placeSchemaChange(sides, change, context));
}

function place({ sides, base, revision, direction }: FilePair, difference: FileDifference): Change {
  const { shift, base: was, revision: is, ...said } = difference;
  const [before, after] = [whereIs(sides.base, base, was), whereIs(sides.revision, revision, is)];
  const subject = base ?? revision;
  return {
    ...said,
    severity: severityOf(shift, direction),
    direction: DIRECTIONS[direction],
    ...(subject === undefined ? {} : { operation: operationOf(subject) }),
    where: after ?? before ?? locate(sides.revision.root, sides.revision.contract, ''),
    ...(before === undefined ? {} : { base: before }),
    ...(after === undefined ? {} : { revision: after }),
  };
}

/** A Table Schema in a file of its own has its lines there; of an XSD they are known. */
function whereIs(side: DiffSide, file: FileDescription | undefined, place: FilePlace | undefined): Where | undefined {
  if (file === undefined || place === undefined) return undefined;
  const { schemaSource: source } = file;
  if ('line' in place) return source === undefined ? undefined : { source, ...place };
  const [first, ...rest] = place.keys;
  if (first === 'schema' && source !== undefined && file.format === 'csv')
    return locateIn(side.root, source, joinPointer('', ...rest));
  return locate(side.root, side.contract, joinPointer(file.pointer, ...place.keys));
}
