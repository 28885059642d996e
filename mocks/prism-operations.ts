import { bundleTarget, decycle } from '@stoplight/json';
import $RefParser from '@stoplight/json-schema-ref-parser';
import type { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { isObject, type JsonObject } from '../contracts/index.ts';
import { transformerOf } from './http-spec.ts';

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

const METHODS = new Set(['get', 'post', 'put', 'delete', 'options', 'head', 'patch', 'trace']);

/**
 * Reads a document as Prism does: everything dereferenced, then circles cut. Prism transforms every operation at once,
 * which takes most of its start (1,223 operations: 17 of 22 s); here an operation is transformed when it is first used.
 *
 * @param source absolute path of the root document
 */
export async function loadPrismDocument(source: string): Promise<PrismDocument> {
  // Remote files are left out: a contract that needs one has been refused by the catalogue, and a mock fetches nothing.
  const options = { resolve: { http: false } } as unknown as $RefParser.Options;
  const dereferenced = await new $RefParser().dereference(source, options);
  const document = decycle(dereferenced) as JsonObject;
  const generator = document['x-json-schema-faker'];
  return {
    routes: hasReference(document) ? allAtOnce(document) : onFirstUse(document),
    generator: isObject(generator) ? generator : {},
  };
}

/**
 * A circular document, whose circles are references into itself now. Prism's bundling of one operation changes what the
 * next one refers to, so only its own order, all of them, gives its own answers.
 */
function allAtOnce(document: JsonObject): PrismRoute[] {
  return transformerOf(document)
    .all(document)
    .map((transformed) => {
      const bundle = { ...document, __target__: transformed };
      const operation = bundleTarget({
        document: bundle,
        path: '#/__target__',
        cloneDocument: false,
      }) as PrismOperation;
      return { method: operation.method, path: operation.path, operation: () => operation };
    });
}

function onFirstUse(document: JsonObject): PrismRoute[] {
  const paths = isObject(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, item]) => {
    const methods = isObject(item) ? Object.keys(item).filter((key) => METHODS.has(key)) : [];
    return methods.map((method) => lazyRoute(document, path, method));
  });
}

function lazyRoute(document: JsonObject, path: string, method: string): PrismRoute {
  const transformer = transformerOf(document);
  let operation: PrismOperation | undefined;
  return {
    method,
    path,
    operation: () => {
      operation ??= transformer.one(document, path, method) as PrismOperation;
      return operation;
    },
  };
}

function hasReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('$ref' in value && typeof value.$ref === 'string') return true;
  return Object.values(value).some(hasReference);
}
