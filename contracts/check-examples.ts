import { setImmediate } from 'node:timers/promises';
import type { SchemaDefect } from './convert-schema.ts';
import { TallyError } from './error.ts';
import type { Finding } from './finding.ts';
import { findExamples, type FoundExample } from './find-examples.ts';
import { joinPointer } from './json-pointer.ts';
import type { Contract, Message } from './model.ts';
import type { LintOptions } from './lint.ts';
import { schemaDefects } from './schema-defects.ts';
import type { SchemaProblem } from './schema-problems.ts';
import { schemaValidator } from './schema-validator.ts';
import { slowPatterns } from './slow-patterns.ts';
import { placeFinding, type UnplacedFinding } from './unplaced-finding.ts';

/**
 * Holds every example of an OpenAPI or AsyncAPI contract against its schema: `example-invalid` on the example's line, and
 * `schema-invalid` where a schema itself makes no sense, `pattern-too-slow` where a pattern does not end. Cached by content.
 */
export async function checkExamples(contract: Contract, options: LintOptions): Promise<readonly Finding[]> {
  const found = await options.cache.findings(
    ['examples', contract.kind, contract.digest],
    async () => await findProblems(contract, options.signal),
  );
  return found.map((finding) => placeFinding(options.root, contract, finding));
}

async function findProblems(contract: Contract, signal: AbortSignal): Promise<readonly UnplacedFinding[]> {
  const { examples, schemas } = findExamples(contract.document);
  const findings = new Map<string, UnplacedFinding>();
  for (const defect of schemaDefects(contract, schemas))
    findings.set(`${defect.pointer} ${defect.why}`, schemaInvalid(defect));
  for (const [index, example] of [...examples, ...messageExamples(contract)].entries()) {
    // Large documents have thousands: let servers and Ctrl-C have their turn.
    if (index % 20 === 0) await setImmediate();
    signal.throwIfAborted();
    for (const finding of checkExample(contract, example))
      findings.set(`${finding.pointer} ${finding.message}`, finding);
  }
  for (const finding of messagesOf(contract).flatMap((message) => headerFindings(contract, message)))
    findings.set(`${finding.pointer} ${finding.message}`, finding);
  return [...findings.values(), ...slowPatterns(contract.document)];
}

function messageExamples(contract: Contract): readonly FoundExample[] {
  return messagesOf(contract).flatMap((message) =>
    message.examples.map((example) => ({
      value: example.payload,
      pointer: example.pointer,
      schemaPointer: message.pointer,
      direction: 'either' as const,
    })),
  );
}

/** Answers are messages, too. A message of several operations is looked at once. */
function messagesOf({ kind, messages, replies = [] }: Contract): readonly Message[] {
  if (kind !== 'asyncapi') return [];
  const all = [...messages, ...replies.flatMap((reply) => reply.messages)];
  return [...new Map(all.map((message) => [message.declaredAt ?? message.pointer, message])).values()];
}

/** Headers may be put together from traits: their schema is looked at as it comes out, and named where the message is. */
function headerFindings(contract: Contract, message: Message): readonly UnplacedFinding[] {
  if (message.headerExamples === undefined) return [];
  const whole = { ...contract, document: { ...contract.document, [HEADERS]: message.headers } };
  const at = joinPointer(message.declaredAt ?? message.pointer, 'headers');
  const inPlace = (pointer: string): string => pointer.replace(new RegExp(`^/${HEADERS}(?=/|$)`), () => at);
  return message.headerExamples.flatMap(({ value, pointer }) =>
    checkExample(whole, { value, pointer, schemaPointer: `/${HEADERS}`, direction: 'either' }).map((finding) => ({
      ...finding,
      pointer: inPlace(finding.pointer),
      ...(finding.fix === undefined ? {} : { fix: finding.fix.replace(`#/${HEADERS}`, () => `#${at}`) }),
    })),
  );
}

const HEADERS = 'x-tally-headers';

function checkExample(contract: Contract, example: FoundExample): readonly UnplacedFinding[] {
  try {
    return problemsOf(contract, example).map((problem) => describe(example, problem));
  } catch (thrown) {
    if (!(thrown instanceof TallyError) || thrown.code !== 'SCHEMA_INVALID') throw thrown;
    const pointer = thrown.where.slice(thrown.where.indexOf('#') + 1);
    return [schemaInvalid({ pointer, why: thrown.why })];
  }
}

/** An example of a schema by itself is right when it is right in one direction. */
function problemsOf(contract: Contract, example: FoundExample): readonly SchemaProblem[] {
  const first = example.direction === 'request' ? 'request' : 'response';
  const problems = schemaValidator(contract, example.schemaPointer, first)(example.value);
  if (problems.length === 0 || example.direction !== 'either') return problems;
  const others = schemaValidator(contract, example.schemaPointer, 'request')(example.value);
  return others.length === 0 ? [] : problems;
}

function describe(example: FoundExample, problem: SchemaProblem): UnplacedFinding {
  const place = problem.instancePointer === '' ? '' : `${problem.instancePointer} `;
  return {
    code: 'example-invalid',
    severity: 'error',
    message: `the example does not match its schema: ${place}${problem.message}`,
    fix: `correct the example, or the schema at #${problem.schemaPointer}`,
    expected: problem.expected,
    actual: problem.actual,
    instancePointer: problem.instancePointer,
    pointer: example.pointer + problem.instancePointer,
  };
}

function schemaInvalid(defect: SchemaDefect): UnplacedFinding {
  return {
    code: 'schema-invalid',
    severity: 'error',
    message: defect.why,
    fix: 'correct the schema at this place',
    pointer: defect.pointer,
  };
}
