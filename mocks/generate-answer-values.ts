import type { PrismHttpComponents } from '@stoplight/prism-http';
import type { JsonObject } from '../contracts/index.ts';
import type { Schema } from './generate-plan.ts';
import { compileGenerator, type Generator } from './generate-value.ts';
import type { GenerateValue } from './prism-generator.ts';
import type { PrismOperation } from './prism-operations.ts';
import { seededRandom, unseededRandom } from './seeded-random.ts';

/** Makes the values of one answer. With a seed they depend on it, the operation and their place in the answer alone. */
export type AnswerValues = (operation: PrismOperation, seed: string | undefined) => GenerateValue;

/** The generators of a document's schemas, compiled on first use and kept as long as the document. */
export function createAnswerValues(
  settings: JsonObject,
  logger: Pick<PrismHttpComponents['logger'], 'warn'>,
): AnswerValues {
  const generators = new WeakMap<object, Generator>();
  const generatorOf = (operation: PrismOperation, schema: object): Generator => {
    let generator = generators.get(schema);
    if (generator === undefined) {
      generator = compileGenerator(schema as Schema, Reflect.get(operation, '__bundled__'), settings);
      generators.set(schema, generator);
    }
    return generator;
  };
  return (operation, seed) => {
    const { method, path } = operation;
    let place = 0;
    return (schema) => {
      place += 1;
      const random =
        seed === undefined ? unseededRandom(Date.now()) : seededRandom([seed, method, path, place].join('\0'));
      const { value, problem } = generatorOf(operation, schema)(random);
      if (problem !== undefined)
        logger.warn(`${method.toUpperCase()} ${path}: a generated value may not be valid: ${problem}`);
      return value;
    };
  };
}
