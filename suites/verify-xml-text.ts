import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { XmlDocument } from 'libxml2-wasm';
import type { FileSubject, PlacedDeparture } from './file-rule.ts';

/** V22. A DOCTYPE is refused before anything parses it: entities are how XML reads files and fills memory. */
export async function verifyXmlText(
  root: string,
  { file }: FileSubject,
  text: string,
): Promise<readonly PlacedDeparture[]> {
  const doctype = text.search(/<!DOCTYPE/i);
  if (doctype >= 0) {
    const line = text.slice(0, doctype).split('\n').length;
    const message = 'it has a DOCTYPE, which is refused unread';
    return [
      {
        code: 'v22-doctype',
        message,
        fix: 'leave the DOCTYPE out',
        expected: 'no DOCTYPE',
        actual: 'DOCTYPE',
        line,
        pointer: file.pointer,
      },
    ];
  }
  const xsd = file.schemaSource === undefined ? undefined : await readFile(join(root, file.schemaSource));
  const { XmlDocument, XsdValidator } = await import('libxml2-wasm');
  // The library's memory is not garbage collected.
  const open: { dispose(): void }[] = [];
  try {
    const document = keep(
      open,
      parse(() => XmlDocument.fromString(text)),
    );
    if (Array.isArray(document)) return document.map((problem) => malformed(problem, file.pointer));
    if (xsd === undefined) return [];
    const validator = keep(open, XsdValidator.fromDoc(keep(open, XmlDocument.fromBuffer(xsd))));
    const problems = parse(() => (validator.validate(document), document));
    return Array.isArray(problems) ? problems.map((problem) => mismatch(problem, file.schemaSource)) : [];
  } finally {
    for (const one of open.toReversed()) one.dispose();
  }
}

interface Problem {
  readonly message: string;
  readonly line: number;
}

function keep<T>(open: { dispose(): void }[], value: T): T {
  if (typeof value === 'object' && value !== null && 'dispose' in value) open.push(value as T & { dispose(): void });
  return value;
}

/** The document, or what the library throws as problems: `details` of its errors. */
function parse(work: () => XmlDocument): XmlDocument | Problem[] {
  try {
    return work();
  } catch (error) {
    const details: unknown = error instanceof Error && 'details' in error ? error.details : undefined;
    if (!Array.isArray(details)) throw error;
    return details.map((detail: Problem) => ({ message: detail.message.trim(), line: detail.line }));
  }
}

function malformed({ message, line }: Problem, pointer: string): PlacedDeparture {
  return { code: 'v22-xml-malformed', message: `it is no XML: ${message}`, expected: 'XML', line, pointer };
}

function mismatch({ message, line }: Problem, source: string | undefined): PlacedDeparture {
  return { code: 'v22-xml-mismatch', message, line, pointer: '', ...(source === undefined ? {} : { source }) };
}
