import type { Finding } from '../finding.ts';
import { followToObject, type Located } from '../follow-reference.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { locate } from '../locate.ts';

/** One document being read, and what was found in it so far. */
export interface Reading {
  readonly document: JsonObject;
  readonly root: string;
  readonly source: string;
  readonly findings: Finding[];
}

export type Named = Located<JsonObject> & { readonly name: string };

export function membersOf(reading: Reading, parent: string, key: string): readonly Named[] {
  const value = reading.document[key];
  if (value === undefined && key === 'channels')
    note(reading, parent, {
      code: 'asyncapi-channels-missing',
      message: 'the document has no "channels"',
      fix: 'add "channels" with at least one channel',
    });
  return value === undefined ? [] : membersAt(reading, { value: reading.document, pointer: parent }, key);
}

export function membersAt(reading: Reading, parent: Located<JsonObject>, key: string): readonly Named[] {
  const pointer = joinPointer(parent.pointer, key);
  const map = parent.value[key];
  if (map === undefined) return [];
  if (!isObject(map)) {
    note(reading, pointer, {
      code: 'document-malformed',
      message: `"${key}" must be a map`,
      fix: 'give each a name',
      actual: Array.isArray(map) ? 'a list' : map,
    });
    return [];
  }
  return Object.entries(map).flatMap(([name, value]) =>
    member(reading, { value, pointer: joinPointer(pointer, name) }, name),
  );
}

function member(reading: Reading, start: Located, name: string): readonly Named[] {
  const found = followToObject(reading.document, start);
  if (found !== undefined) return [{ ...found, name }];
  // A reference that leads nowhere was noted when the document was loaded.
  if (referenceOf(start.value) === undefined)
    note(reading, start.pointer, {
      code: 'document-malformed',
      message: `"${name}" must be a map`,
      fix: 'see the AsyncAPI specification for its members',
    });
  return [];
}

type Note = Pick<Finding, 'code' | 'message' | 'fix' | 'expected' | 'actual'> & {
  readonly severity?: Finding['severity'];
};

export function note(reading: Reading, pointer: string, finding: Note): void {
  reading.findings.push({
    severity: 'error',
    ...finding,
    where: locate(reading.root, { source: reading.source }, pointer),
  });
}

export function referenceOf(value: Json | undefined): string | undefined {
  return isObject(value) ? textOf(value['$ref']) : undefined;
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** YAML reads an unquoted `2.0` as a number: taken as it is meant. */
export function scalarText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
