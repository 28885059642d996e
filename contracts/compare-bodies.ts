import type { InteractionProblem } from './compare-with-openapi.ts';
import { describeValue } from './describe-value.ts';
import type { Json, JsonObject } from './json.ts';
import { splitPointer } from './json-pointer.ts';
import type { Contract } from './model.ts';
import { relaxedDocument } from './relaxed-schema.ts';
import type { SchemaProblem } from './schema-problems.ts';
import { schemaValidator } from './schema-validator.ts';

/** What is compared, and how a sentence about it goes. */
export interface ComparedBody {
  /** Of the schema, into `contract.document`. */
  readonly pointer: string;
  readonly value: Json;
  /** `pact-response`: codes begin with it. */
  readonly code: string;
  /** `the 200 answer of GET /parcels/{parcelId}`, `the message parcelCreated`. */
  readonly subject: string;
  /** Place of the value in the interaction: `['response', 'body']`. */
  readonly place: readonly string[];
}

/** What a consumer sends has to be valid as a whole. */
export function compareSent(contract: Contract, body: ComparedBody): readonly InteractionProblem[] {
  const problems = schemaValidator(contract, body.pointer, 'request')(body.value);
  return problems.map((problem) => mismatch(body, problem, 'sends what'));
}

/**
 * What a consumer reads may be an excerpt: each property of it must be in the contract, with a type and value that the
 * contract allows.
 */
export function compareRead(contract: Contract, body: ComparedBody): readonly InteractionProblem[] {
  const unknown = unknownProperties(contract.document, body);
  const relaxed = { ...contract, document: relaxedOnce(contract.document, body.pointer) };
  const problems = schemaValidator(relaxed, body.pointer, 'response')(body.value);
  return [...unknown, ...problems.map((problem) => mismatch(body, problem, 'expects what'))];
}

const relaxedDocuments = new WeakMap<JsonObject, Map<string, JsonObject>>();

/** Compiled validators are kept with the document, so that one schema is compiled once for all interactions. */
function relaxedOnce(document: JsonObject, pointer: string): JsonObject {
  const known = relaxedDocuments.get(document) ?? new Map<string, JsonObject>();
  relaxedDocuments.set(document, known);
  const relaxed = known.get(pointer) ?? relaxedDocument(document, pointer);
  known.set(pointer, relaxed);
  return relaxed;
}

function unknownProperties(document: JsonObject, body: ComparedBody): readonly InteractionProblem[] {
  const places = describeValue(document, body.pointer, body.value);
  return places.flatMap((place) => {
    if (place.standing === 'promised') return [];
    const keys = splitPointer(place.instancePointer);
    const parent = places.find((each) => each.instancePointer === parentOf(place.instancePointer));
    const isAbsent = place.standing === 'absent';
    const what = `reads the property "${keys.join('.')}", which ${body.subject}`;
    return [
      {
        code: `${body.code}-property-${isAbsent ? 'unknown' : 'unpromised'}`,
        severity: isAbsent ? ('error' as const) : ('warning' as const),
        message: isAbsent ? `it ${what} does not have` : `it ${what} allows but does not describe`,
        fix: isAbsent
          ? 'keep the property in the contract, or let the consumer do without it first'
          : 'describe the property in the contract',
        actual: place.value,
        place: [...body.place, ...keys],
        contractPointer: parent?.schemas.at(-1) ?? body.pointer,
      },
    ];
  });
}

function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

function mismatch(body: ComparedBody, problem: SchemaProblem, verb: string): InteractionProblem {
  const keys = splitPointer(problem.instancePointer);
  const property = keys.length === 0 ? '' : `the property "${keys.join('.')}" `;
  return {
    code: `${body.code}-body-mismatch`,
    severity: 'error',
    message: `it ${verb} ${body.subject} does not allow: ${property}${problem.message}`,
    fix: 'keep the contract as it was, or change the consumer first',
    expected: problem.expected,
    actual: problem.actual,
    place: [...body.place, ...keys],
    contractPointer: problem.schemaPointer,
  };
}
