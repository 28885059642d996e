import { schemaValidator, type SchemaValidator } from '../contracts/index.ts';
import type { FileSubject, PlacedDeparture } from './file-rule.ts';
import { scanJson } from './scan-json.ts';

/** V21 and the JSON Schema: of the whole text, or of each line where the format is NDJSON. */
export function verifyJsonText({ contract, file }: FileSubject, text: string): readonly PlacedDeparture[] {
  const { document, source } = contract;
  // The contract may be a Data Package; its schemas are of this version (`standards` of Data Package v2 name none).
  const schema = { document, source, specification: 'json-schema 2020-12' };
  const validator = schemaValidator(schema, `${file.pointer}/schema`, 'response');
  if (file.format === 'json') return verifyOne(validator, file.pointer, text, undefined);
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : verifyOne(validator, file.pointer, line, index + 1)));
}

function verifyOne(
  validator: SchemaValidator,
  pointer: string,
  text: string,
  line: number | undefined,
): readonly PlacedDeparture[] {
  const at = line === undefined ? {} : { line };
  const scanned = scanJson(text);
  if ('why' in scanned) {
    const message = `it is no JSON: ${scanned.why}`;
    return [{ code: 'v21-json-malformed', message, expected: 'JSON', line: line ?? scanned.line, pointer }];
  }
  const traps = scanned.traps.map((trap) => ({
    code: trap.code,
    message: trap.message,
    ...at,
    instancePointer: trap.pointer,
    pointer,
  }));
  const problems = validator(scanned.value).map((problem) => ({
    code: 'v12-value-mismatch',
    message: `${problem.instancePointer || 'the document'} ${problem.message}`,
    expected: problem.expected,
    actual: problem.actual,
    ...at,
    instancePointer: problem.instancePointer,
    pointer: problem.schemaPointer,
  }));
  return [...traps, ...problems];
}
