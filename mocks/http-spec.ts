import { createRequire } from 'node:module';
import type { JsonObject } from '../contracts/index.ts';

type TransformAll = (document: JsonObject) => readonly object[];

// Its declarations lead into TypeScript sources of a package of its own, which do not compile under our settings.
const require = createRequire(import.meta.url);
const oas2 = require('@stoplight/http-spec/oas2/operation') as { transformOas2Operations: TransformAll };
const oas3 = require('@stoplight/http-spec/oas3/operation') as { transformOas3Operations: TransformAll };

/** A document's operations in Prism's own shape. Every circle must have been cut. */
export function transformOperations(document: JsonObject): readonly object[] {
  if (document['swagger'] !== undefined) return oas2.transformOas2Operations(document);
  if (isCollection(document)) return transformCollection(document);
  return oas3.transformOas3Operations(document);
}

/** Loaded on first use: its library takes longer than the two others together. */
function transformCollection(document: JsonObject): readonly object[] {
  const postman = require('@stoplight/http-spec/postman/operation') as {
    transformPostmanCollectionOperations: TransformAll;
  };
  return postman.transformPostmanCollectionOperations(document);
}

/** Whether it is a Postman collection, as Prism recognises one. */
export function isCollection({ openapi, swagger, item }: JsonObject): boolean {
  return openapi === undefined && swagger === undefined && Array.isArray(item);
}
