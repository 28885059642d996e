import { documentedMediaType, documentedResponse, isObject, pointerOfReference, valueAt } from '../contracts/index.ts';
import type { Contract, Json, JsonObject } from '../contracts/index.ts';

/** What a contract says of one member of an answer. */
export interface Member {
  readonly name: string;
  readonly isRequired: boolean;
  readonly isEnum: boolean;
}

/** Of `allOf` within `allOf`, and of references: circles end here. */
const DEPTH = 20;

/** The members that an operation's answer may have, of its first item where it is a list; none where nothing is said. */
export function describeMembers(
  { operations, document }: Pick<Contract, 'operations' | 'document'>,
  operationId: string | undefined,
  status: number,
): readonly Member[] {
  const operation = operations.find(({ id }) => id === operationId);
  const response = operation === undefined ? undefined : documentedResponse(operation, status);
  const media = response === undefined ? undefined : documentedMediaType(response, 'application/json');
  if (media === undefined) return [];
  const schema = resolved(document, media.schema);
  const item = schema['items'];
  return membersOf(document, item === undefined ? schema : resolved(document, item), DEPTH);
}

function resolved(document: JsonObject, schema: Json): JsonObject {
  let found: Json | undefined = schema;
  for (let hops = 0; hops < DEPTH && isObject(found) && typeof found['$ref'] === 'string'; hops += 1) {
    const pointer = pointerOfReference(found['$ref']);
    found = pointer === undefined ? undefined : valueAt(document, pointer);
  }
  return isObject(found) ? found : {};
}

function membersOf(document: JsonObject, schema: JsonObject, depth: number): readonly Member[] {
  if (depth === 0) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  const own = properties.map(([name, property]) => ({
    name,
    isRequired: required.includes(name),
    isEnum: Object.hasOwn(resolved(document, property), 'enum'),
  }));
  const parts = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  return [...own, ...parts.flatMap((part) => membersOf(document, resolved(document, part), depth - 1))];
}
