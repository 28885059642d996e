import type { JsonObject } from '../contracts/index.ts';
import type { MockOptions } from './mock-options.ts';
import type { PrismDocument } from './prism-operations.ts';

/** The generator's settings: the document's `x-json-schema-faker`, and above them what the command line sets. */
export function generatorSettings({ generator }: PrismDocument, { fillProperties }: MockOptions): JsonObject {
  return fillProperties === undefined ? generator : { ...generator, fillProperties };
}
