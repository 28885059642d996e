import { createRequire } from 'node:module';
import type { JsonObject } from '../contracts/index.ts';

/** The part of `@stoplight/http-spec` that turns an operation of a document into Prism's own shape. */
interface Transformer {
  all(document: JsonObject): readonly object[];
  one(document: JsonObject, path: string, method: string): object;
}

type TransformOne = (input: { document: JsonObject; name: string; method: string; config: unknown }) => object;
type TransformAll = (document: JsonObject) => readonly object[];

// Its declarations lead into TypeScript sources of a package of its own, which do not compile under our settings.
const require = createRequire(import.meta.url);
const { OPERATION_CONFIG } = require('@stoplight/http-spec/oas') as { OPERATION_CONFIG: unknown };
const oas2 = require('@stoplight/http-spec/oas2/operation') as {
  transformOas2Operation: TransformOne;
  transformOas2Operations: TransformAll;
};
const oas3 = require('@stoplight/http-spec/oas3/operation') as {
  transformOas3Operation: TransformOne;
  transformOas3Operations: TransformAll;
};

export function transformerOf(document: JsonObject): Transformer {
  const isSwagger = document['swagger'] !== undefined;
  const transformOne = isSwagger ? oas2.transformOas2Operation : oas3.transformOas3Operation;
  return {
    all: isSwagger ? oas2.transformOas2Operations : oas3.transformOas3Operations,
    one: (document, name, method) => transformOne({ document, name, method, config: OPERATION_CONFIG }),
  };
}
