import type { JsonObject } from '../contracts/index.ts';
import type { Fault, FaultOption } from './fault.ts';
import { SELECTION } from './parse-fault.ts';

/** JSON Schema (2020-12) of a rule as `readFault` takes it: what forms and editors need to know. */
export function faultSchema(fault: Fault): JsonObject {
  const { id, summary, options } = fault;
  const own = Object.entries(options).map(([name, option]) => [name, optionSchema(option)] as const);
  // An option of the fault's own takes the place of the selection's.
  const general = Object.entries(SELECTION).map(([name, option]) => [name, selectionSchema(option)] as const);
  return {
    type: 'object',
    description: summary,
    required: ['fault'],
    additionalProperties: false,
    properties: { fault: { const: id }, ...Object.fromEntries(general), ...Object.fromEntries(own) },
  };
}

function selectionSchema(option: FaultOption & { readonly isList?: true }): JsonObject {
  const item = optionSchema(option);
  return option.isList === true ? { type: 'array', items: item, description: option.summary } : item;
}

function optionSchema(option: FaultOption): JsonObject {
  const { summary: description } = option;
  const chosen = option.default === undefined ? {} : { default: option.default };
  if (option.type === 'text') return { type: 'string', minLength: 1, description, ...chosen };
  if (option.type === 'choice') return { enum: [...option.choices], description, ...chosen };
  const { min: minimum, max: maximum, unit, isFraction } = option;
  const type = isFraction === true ? 'number' : 'integer';
  return { type, minimum, maximum, description: `${description} (${unit})`, ...chosen };
}
