import { describeValue } from './describe-value.ts';
import { isObject, type Json } from './json.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import { kebabCase } from './kebab-case.ts';
import type { Contract, Message } from './model.ts';

/**
 * The message of a contract that a pact's contents are an example of: the one whose constants (`type: parcel.created`) they
 * carry, and of several such, the one that describes most of them. Undefined where every message contradicts a constant.
 */
export function matchMessage(contract: Contract, description: string, contents: Json): Message | undefined {
  const weighed = contract.messages.flatMap((message) => {
    const weight = weightOf(contract, message, contents);
    const isNamed = kebabCase(description).includes(kebabCase(message.id)) ? 0.5 : 0;
    return weight === undefined ? [] : [{ message, weight: weight + isNamed }];
  });
  return weighed.toSorted((a, b) => b.weight - a.weight)[0]?.message;
}

/** A constant that fits says more than any number of properties that are described. */
const CONSTANT = 1000;

function weightOf(contract: Contract, message: Message, contents: Json): number | undefined {
  let weight = 0;
  for (const place of describeValue(contract.document, message.pointer, contents)) {
    const constants = place.schemas.flatMap((pointer) => constantsOf(contract, pointer));
    if (constants.length > 0 && isScalar(place.value)) {
      if (!constants.includes(place.value)) return undefined;
      weight += CONSTANT;
    }
    weight += place.standing === 'promised' ? 1 : -1;
  }
  return weight;
}

function constantsOf(contract: Contract, pointer: string): readonly Json[] {
  const schema = valueAt(contract.document, pointer);
  const only = isObject(schema) ? schema['const'] : undefined;
  if (only !== undefined) return [only];
  const list = valueAt(contract.document, joinPointer(pointer, 'enum'));
  return Array.isArray(list) && list.length === 1 ? list : [];
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}
