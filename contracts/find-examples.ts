import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';

/** An example, and the schema it is an example of. */
export interface FoundExample {
  readonly value: Json;
  readonly pointer: string;
  readonly schemaPointer: string;
  /** A schema by itself travels either way. */
  readonly direction: 'request' | 'response' | 'either';
}

export interface FoundExamples {
  readonly examples: readonly FoundExample[];
  /** Pointers of the outermost schemas. */
  readonly schemas: readonly string[];
}

/** Every example of an OpenAPI or AsyncAPI document: media types', parameters', headers' and schemas' own. */
export function findExamples(document: JsonObject): FoundExamples {
  const search: Search = {
    document,
    isSwagger: document['swagger'] !== undefined,
    isAsyncapi: document['asyncapi'] !== undefined,
    examples: [],
    schemas: [],
  };
  visitObject(search, document, '', 'either');
  const files = document['x-tally-files'];
  for (const [name, content] of Object.entries(isObject(files) ? files : {})) {
    const pointer = joinPointer('', 'x-tally-files', name);
    // A file of its own is a schema, or holds what a document holds.
    if (isObject(content) && looksLikeSchema(content)) visitSchema(search, content, pointer, true);
    else visitObject(search, content, pointer, 'either');
  }
  return search;
}

type Direction = FoundExample['direction'];

interface Search {
  readonly document: JsonObject;
  readonly isSwagger: boolean;
  readonly isAsyncapi: boolean;
  readonly examples: FoundExample[];
  readonly schemas: string[];
}

function looksLikeSchema(content: JsonObject): boolean {
  return ['type', '$schema', 'properties', 'allOf', 'oneOf', 'anyOf', 'enum'].some((key) => content[key] !== undefined);
}

/** Keys below which nothing is an object of the specification. */
const DATA = new Set([
  'example',
  'examples',
  'default',
  'enum',
  'value',
  'mapping',
  'variables',
  'security',
  'tags',
  'bindings',
]);
const REQUEST = new Set(['requestBody', 'requestBodies', 'parameters']);
const RESPONSE = new Set(['responses', 'headers']);
const SCHEMA_MAPS = new Set(['schemas', 'definitions']);

function visitObject(search: Search, node: Json | undefined, pointer: string, direction: Direction): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) visitObject(search, item, joinPointer(pointer, index), direction);
    return;
  }
  if (!isObject(node)) return;
  addExamplesOf(search, node, pointer, direction);
  for (const [key, child] of Object.entries(node)) {
    if (DATA.has(key) || (key.startsWith('x-') && key !== 'x-webhooks')) continue;
    const at = joinPointer(pointer, key);
    if (SCHEMA_MAPS.has(key)) visitSchemas(search, child, at);
    else if (isSchemaKey(search, key, child)) visitSchema(search, child, at, true);
    else visitObject(search, child, at, REQUEST.has(key) ? 'request' : RESPONSE.has(key) ? 'response' : direction);
  }
}

function isSchemaKey(search: Search, key: string, child: Json): boolean {
  if (key === 'schema' || key === 'itemSchema') return true;
  if (!search.isAsyncapi || !isObject(child)) return false;
  if (key === 'payload') return child['schemaFormat'] === undefined;
  return key === 'headers' && looksLikeSchema(child);
}

function visitSchemas(search: Search, schemas: Json, pointer: string): void {
  for (const [name, schema] of Object.entries(isObject(schemas) ? schemas : {}))
    visitSchema(search, schema, joinPointer(pointer, name), true);
}

const SUBSCHEMA_MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const SUBSCHEMAS = [
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'allOf',
  'anyOf',
  'oneOf',
  'prefixItems',
  'unevaluatedProperties',
  'unevaluatedItems',
];

function visitSchema(search: Search, schema: Json | undefined, pointer: string, isOutermost: boolean): void {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) visitSchema(search, item, joinPointer(pointer, index), false);
    return;
  }
  if (!isObject(schema) || typeof schema['$ref'] === 'string') return;
  if (isOutermost) search.schemas.push(pointer);
  addSchemaExamples(search, schema, pointer);
  for (const key of SUBSCHEMA_MAPS) {
    const map = schema[key];
    for (const [name, child] of Object.entries(isObject(map) ? map : {}))
      visitSchema(search, child, joinPointer(pointer, key, name), false);
  }
  for (const key of SUBSCHEMAS) visitSchema(search, schema[key], joinPointer(pointer, key), false);
}

function addSchemaExamples(search: Search, schema: JsonObject, pointer: string): void {
  const { example, examples } = schema;
  const add = (value: Json, at: string): unknown =>
    search.examples.push({ value, pointer: at, schemaPointer: pointer, direction: 'either' });
  if (example !== undefined) add(example, joinPointer(pointer, 'example'));
  for (const [index, value] of (Array.isArray(examples) ? examples : []).entries())
    add(value, joinPointer(pointer, 'examples', index));
}

/** Of a Media Type, Parameter or Header Object, or of Swagger's response or parameter. */
function addExamplesOf(search: Search, node: JsonObject, pointer: string, direction: Direction): void {
  const own = swaggerParameter(search, node);
  const schema = own ? node : node['schema'];
  if (schema === undefined) return;
  const schemaPointer = own ? pointer : joinPointer(pointer, 'schema');
  const single = ['example', ...(search.isSwagger ? ['x-example'] : [])];
  const add = (value: Json, at: string): void => {
    if (!isSerialised(pointer, at, value)) search.examples.push({ value, pointer: at, schemaPointer, direction });
  };
  for (const key of single) {
    const value = node[key];
    if (value !== undefined) add(value, joinPointer(pointer, key));
  }
  if (!isObject(node['examples'])) return;
  for (const [name, example] of Object.entries(node['examples'])) {
    const found = search.isSwagger
      ? { value: example, pointer: joinPointer(pointer, 'examples', name) }
      : exampleObject(search, example, joinPointer(pointer, 'examples', name));
    if (found !== undefined) add(found.value, found.pointer);
  }
}

/** A parameter of Swagger 2.0 other than the body is its own schema. */
function swaggerParameter(search: Search, node: JsonObject): boolean {
  return search.isSwagger && typeof node['in'] === 'string' && typeof node['type'] === 'string';
}

function exampleObject(search: Search, example: Json, pointer: string): { value: Json; pointer: string } | undefined {
  let at: string | undefined = pointer;
  let found: Json | undefined = example;
  for (let hops = 0; isObject(found) && typeof found['$ref'] === 'string' && hops < 50; hops++) {
    at = pointerOfReference(found['$ref']);
    found = at === undefined ? undefined : valueAt(search.document, at);
  }
  if (!isObject(found) || at === undefined) return undefined;
  const key = found['dataValue'] === undefined ? 'value' : 'dataValue';
  const value = found[key];
  return value === undefined ? undefined : { value, pointer: joinPointer(at, key) };
}

/** Text of another format than JSON (XML, CSV) cannot be held against a schema without reading that format. */
function isSerialised(holder: string, at: string, value: Json): boolean {
  const name = holder.match(/\/content\/([^/]+)$/)?.[1] ?? at.match(/\/responses\/[^/]+\/examples\/([^/]+)$/)?.[1];
  return name !== undefined && typeof value === 'string' && !/json/i.test(name);
}
