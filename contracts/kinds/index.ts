import type { Json } from '../json.ts';
import type { Kind } from '../model.ts';
import { asyncapi } from './asyncapi.ts';
import { file } from './file.ts';
import { openapi } from './openapi.ts';
import { pact } from './pact.ts';
import { postman } from './postman.ts';

/** Every kind of contract, by id. */
export const kinds: readonly Kind[] = [asyncapi, file, openapi, pact, postman];

/** The kind that a document is of; `document` is its root, of which the member names and short values are enough. */
export function kindOf(document: Json | undefined, path: string): Kind | undefined {
  return kinds.find((kind) => kind.recognises(document, path));
}
