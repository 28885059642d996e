import { bundleTarget } from '@stoplight/json';
import $RefParser from '@stoplight/json-schema-ref-parser';
import { isObject, type Json, type JsonObject } from '../contracts/index.ts';
import { changeAsPrinted } from './as-printed-at-start.ts';
import { cutCircles } from './cut-circles.ts';
import { asItIs, plainReferences, type Follow } from './follow-references.ts';
import { isCollection, transformOperations } from './http-spec.ts';
import type { PrismOperation } from './prism-operation.ts';

export type { PrismOperation };

/** What routing reads of an operation, and the operation itself on demand. */
export interface PrismRoute {
  /** Lower case. */
  readonly method: string;
  /** The template. */
  readonly path: string;
  /** @throws whatever Prism throws on an operation that it cannot read, where Prism would not start */
  operation(): PrismOperation;
}

/** A document's operations in Prism's order, and what else of the document Prism reads. */
export interface PrismDocument {
  readonly routes: readonly PrismRoute[];
  /** The document's `x-json-schema-faker`: settings of the generator of `--dynamic`. */
  readonly generator: JsonObject;
}

/** What the transformation of an operation reads besides `paths` and the security schemes. */
const ROOT_MEMBERS = new Set([
  'basePath',
  'consumes',
  'externalDocs',
  'host',
  'info',
  'jsonSchemaDialect',
  'openapi',
  'produces',
  'schemes',
  'security',
  'securityDefinitions',
  'servers',
  'swagger',
  'tags',
  'x-internal',
  'x-stoplight',
]);

const METHODS = new Set(['get', 'post', 'put', 'delete', 'options', 'head', 'patch', 'trace']);

/** A document, and how its references are followed. */
interface Readable {
  readonly document: JsonObject;
  readonly follow: Follow;
}

/**
 * Reads a document as Prism does: everything dereferenced, then circles cut, then transformed. Prism does so with the
 * whole document, which takes most of its start (1,223 operations: 20 of 22 s); here a path is read when it is first
 * used. It comes to the same: a circle is cut into a reference to a place further up, which is in the same path.
 *
 * @param source absolute path of the root document
 * @param parsed the document as the catalogue has read it; nothing in it is changed
 */
export async function loadPrismDocument(source: string, parsed?: JsonObject): Promise<PrismDocument> {
  const readable = sharedDocument(source, parsed) ?? (await readDocument(source));
  const { document, follow } = readable;
  if (isCollection(document)) return { routes: collectionRoutes(document), generator: {} };
  const settings = cutCircles(document['x-json-schema-faker'] ?? null, ['x-json-schema-faker'], new Map(), follow);
  return { routes: routesOf(readable), generator: isObject(settings) ? settings : {} };
}

/** A large document takes 0.2 s and 60 MB to read again, which is for nothing where the catalogue has read just the same. */
function sharedDocument(source: string, parsed: JsonObject | undefined): Readable | undefined {
  // YAML is read by different libraries, and other files are merged in different ways.
  if (parsed === undefined || !source.endsWith('.json') || 'x-tally-files' in parsed) return undefined;
  const follow = plainReferences(parsed, { names: false });
  return follow === undefined ? undefined : { document: parsed, follow };
}

async function readDocument(source: string): Promise<Readable> {
  // Remote files are left out: a contract that needs one has been refused by the catalogue, and a mock fetches nothing.
  const options = { resolve: { http: false } } as unknown as $RefParser.Options;
  const document = (await new $RefParser().parse(source, options)) as JsonObject;
  const follow = plainReferences(document, { names: true });
  if (follow !== undefined) return { document, follow };
  return { document: (await new $RefParser().dereference(source, document, options)) as JsonObject, follow: asItIs };
}

/** A Postman collection's requests: a few dozen, so all of them at once. Those of one method and path become one. */
function collectionRoutes(document: JsonObject): readonly PrismRoute[] {
  return transformOperations(document).map((transformed) => {
    const operation = bundled(document, transformed);
    return { method: operation.method, path: operation.path, operation: () => operation };
  });
}

function routesOf(readable: Readable): readonly PrismRoute[] {
  const { document, follow } = readable;
  const paths = follow(document['paths'] ?? null);
  return Object.entries(isObject(paths) ? paths : {}).flatMap(([path, found]) => {
    const item = follow(found);
    const methods = isObject(item) ? Object.keys(item).filter((key) => METHODS.has(key)) : [];
    let operations: readonly PrismOperation[] | undefined;
    return methods.map((method, index) => ({
      method,
      path,
      operation: () => {
        operations ??= operationsOf(readable, path);
        const operation = operations[index];
        if (operation === undefined) throw new Error(`Could not find paths/${path}/${method} in the provided spec.`);
        return operation;
      },
    }));
  });
}

/**
 * All operations of a path: first every one is transformed, then every one is bundled, in that order, because bundling
 * changes the references that operations of one path share.
 */
function operationsOf(readable: Readable, path: string): readonly PrismOperation[] {
  const part = onlyPath(readable, path);
  return transformOperations(part).map((transformed) => bundled(part, transformed));
}

function bundled(document: JsonObject, transformed: object): PrismOperation {
  const bundle = { ...document, __target__: transformed };
  const operation = bundleTarget({ document: bundle, path: '#/__target__', cloneDocument: false }) as PrismOperation;
  changeAsPrinted(operation);
  return operation;
}

/** The document with one path, and of the rest what operations are transformed with. */
function onlyPath({ document, follow }: Readable, path: string): JsonObject {
  const paths = follow(document['paths'] ?? null);
  const components = follow(document['components'] ?? null);
  const rest = Object.entries(document).filter(([name]) => ROOT_MEMBERS.has(name));
  const schemes = isObject(components) ? components['securitySchemes'] : undefined;
  const item = isObject(paths) ? (paths[path] ?? {}) : {};
  const parents = new Map<object, readonly string[]>([[document, []]]);
  if (isObject(paths)) parents.set(paths, ['paths']);
  const cut = (value: Json, place: readonly string[]): Json => cutCircles(value, place, parents, follow);
  const withSchemes = schemes === undefined ? {} : { securitySchemes: cut(schemes, ['components', 'securitySchemes']) };
  return {
    ...Object.fromEntries(rest.map(([name, value]) => [name, cut(value, [name])])),
    ...(components === null ? {} : { components: isObject(components) ? withSchemes : components }),
    paths: { [path]: cut(item, ['paths', path]) },
  };
}
