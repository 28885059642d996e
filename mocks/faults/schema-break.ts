import { isObject, splitPointer, type Json } from '../../contracts/index.ts';
import { defineFault } from '../fault.ts';
import { withBody, type FaultAnswer } from '../fault-answer.ts';
import type { Member } from '../fault-members.ts';

/** F18: JSON that is well-formed and not what the contract promises; a field more is what every client must put up with. */
export const schemaBreak = defineFault({
  id: 'schema_break',
  number: 'F18',
  summary: 'Breaks the promise of the schema: a member dropped, of another type, null, an unknown value, or one more',
  options: {
    mutation: {
      type: 'choice',
      choices: ['dropped', 'wrong_type', 'unknown_enum', 'null', 'extra'],
      default: 'dropped',
      summary: 'what is done to it',
    },
    pointer: { type: 'text', summary: 'JSON pointer of the member; one that the contract cares for, unless told' },
  },
  apply: ({ mutation, pointer }) => ({
    on: 'answer',
    change: (answer, { request }) => {
      const body = parsed(answer);
      if (body === undefined) return answer;
      const path =
        pointer === undefined ? choose(body, mutation, request.membersOf(answer.status)) : splitPointer(pointer);
      if (path === undefined) return answer;
      return withBody(answer, JSON.stringify(mutate(body, path, mutation)));
    },
  }),
});

function parsed({ body }: FaultAnswer): Json | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** In a list, of its first item. */
function choose(body: Json, mutation: string, members: readonly Member[]): readonly string[] | undefined {
  const prefix = Array.isArray(body) ? ['0'] : [];
  const object = Array.isArray(body) ? body[0] : body;
  if (!isObject(object)) return undefined;
  if (mutation === 'extra') return [...prefix, 'notInTheContract'];
  const present = members.filter(({ name }) => Object.hasOwn(object, name));
  const wanted = present.find((member) => (mutation === 'unknown_enum' ? member.isEnum : member.isRequired));
  const strings = Object.keys(object).filter((name) => typeof object[name] === 'string');
  const other = mutation === 'unknown_enum' ? strings : Object.keys(object);
  const name = wanted?.name ?? other[0];
  return name === undefined ? undefined : [...prefix, name];
}

function mutate(value: Json, [head, ...rest]: readonly string[], mutation: string): Json {
  if (head === undefined) return mutated(value, mutation);
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === head ? mutate(item, rest, mutation) : item));
  if (!isObject(value)) return value;
  if (rest.length > 0 || mutation !== 'dropped') {
    const child = value[head];
    if (child === undefined && (rest.length > 0 || mutation !== 'extra')) return value;
    return { ...value, [head]: mutate(child ?? null, rest, mutation) };
  }
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== head));
}

function mutated(value: Json, mutation: string): Json {
  if (mutation === 'null') return null;
  if (mutation === 'unknown_enum') return 'A_VALUE_THAT_NOBODY_KNOWS';
  if (mutation === 'extra') return 'clients must put up with this';
  return typeof value === 'string' ? { value } : JSON.stringify(value);
}
