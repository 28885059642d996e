import type { IHttpRequest, PrismHttpComponents } from '@stoplight/prism-http';
import type { JsonObject } from '../contracts/index.ts';
import type { MakeValue } from './assemble.ts';
import type { Schema } from './generate-plan.ts';
import { compileGenerator, type Generator } from './generate-value.ts';
import type { PrismOperation } from './prism-operations.ts';
import { seededRandom, unseededRandom } from './seeded-random.ts';

/** Makes the values of one answer. With a seed they depend on it, the request and their place in the answer alone. */
export type AnswerValues = (operation: PrismOperation, asked: IHttpRequest, seed: string | undefined) => MakeValue;

const foundValid = new WeakSet<object>();

/** Whether it is a generated value that fulfils its schema, an object or an array: others are judged again at no cost. */
export function isFoundValid(value: unknown): boolean {
  return typeof value === 'object' && value !== null && foundValid.has(value);
}

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
  return (operation, asked, seed) => {
    const key = seed === undefined ? undefined : `${seed}\0${sameRequest(operation, asked)}`;
    let place = 0;
    return (schema) => {
      place += 1;
      const random = key === undefined ? unseededRandom(Date.now()) : seededRandom(`${key}\0${place}`);
      const { value, problem } = generatorOf(operation, schema)(random);
      if (problem !== undefined) {
        const name = `${operation.method.toUpperCase()} ${operation.path}`;
        logger.warn(`${name}: a generated value may not be valid: ${problem}`);
      } else if (typeof value === 'object' && value !== null) {
        foundValid.add(value);
      }
      return value;
    };
  };
}

/** What is asked for, so that two pages of a list differ. How it is asked, by header or by `__seed`, changes nothing. */
function sameRequest({ method }: PrismOperation, { url: { path, query = {} } }: IHttpRequest): string {
  const asked = Object.entries(query).filter(([name]) => !name.startsWith('__'));
  return `${method} ${path} ${JSON.stringify(asked)}`;
}
