import { bundleTarget } from '@stoplight/json';
import $RefParser from '@stoplight/json-schema-ref-parser';
import type { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { isObject, type JsonObject } from '../contracts/index.ts';
import { cutCircles } from './cut-circles.ts';
import { transformOperations } from './http-spec.ts';

/** An operation as Prism's engine reads it. */
export type PrismOperation = Awaited<ReturnType<typeof getHttpOperationsFromSpec>>[number];

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

/**
 * Reads a document as Prism does: everything dereferenced, then circles cut, then transformed. Prism does so with the
 * whole document, which takes most of its start (1,223 operations: 20 of 22 s); here a path is cut and transformed when it
 * is first used. It comes to the same: a circle is cut into a reference to a place further up, which is in the same path.
 *
 * @param source absolute path of the root document
 */
export async function loadPrismDocument(source: string): Promise<PrismDocument> {
  // Remote files are left out: a contract that needs one has been refused by the catalogue, and a mock fetches nothing.
  const options = { resolve: { http: false } } as unknown as $RefParser.Options;
  const document = (await new $RefParser().dereference(source, options)) as JsonObject;
  const generator = document['x-json-schema-faker'];
  return { routes: routesOf(document), generator: isObject(generator) ? generator : {} };
}

function routesOf(document: JsonObject): readonly PrismRoute[] {
  const paths = isObject(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, item]) => {
    const methods = isObject(item) ? Object.keys(item).filter((key) => METHODS.has(key)) : [];
    let operations: readonly PrismOperation[] | undefined;
    return methods.map((method, index) => ({
      method,
      path,
      operation: () => {
        operations ??= operationsOf(document, path);
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
function operationsOf(document: JsonObject, path: string): readonly PrismOperation[] {
  const part = onlyPath(document, path);
  return transformOperations(part).map((transformed) => {
    const bundle = { ...part, __target__: transformed };
    return bundleTarget({ document: bundle, path: '#/__target__', cloneDocument: false }) as PrismOperation;
  });
}

/** The document with one path, and of the rest what operations are transformed with. */
function onlyPath(document: JsonObject, path: string): JsonObject {
  const { paths, components } = document;
  const rest = Object.entries(document).filter(([name]) => ROOT_MEMBERS.has(name));
  const schemes = isObject(components) ? (components['securitySchemes'] ?? {}) : {};
  const item = isObject(paths) ? (paths[path] ?? {}) : {};
  const parents = new Map<object, readonly string[]>([[document, []]]);
  if (isObject(paths)) parents.set(paths, ['paths']);
  return {
    ...Object.fromEntries(rest.map(([name, value]) => [name, cutCircles(value, [name], parents)])),
    components: { securitySchemes: cutCircles(schemes, ['components', 'securitySchemes'], parents) },
    paths: { [path]: cutCircles(item, ['paths', path], parents) },
  };
}
