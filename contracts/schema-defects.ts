import { convertSchema, type SchemaDefect } from './convert-schema.ts';
import type { Contract } from './model.ts';

/** The keywords in a contract's schemas that make no sense: a pattern that is no regular expression, a type that is none. */
export function schemaDefects(
  contract: Pick<Contract, 'document' | 'specification'>,
  pointers: readonly string[],
): readonly SchemaDefect[] {
  const { document, specification } = contract;
  const origins = new WeakMap<object, string>();
  const isOld = /^(2\.0|3\.0)/.test(specification);
  return pointers.flatMap(
    (pointer) =>
      convertSchema({ document, isOld, is2020: !isOld, direction: 'response', idOf: () => 'tally:', origins }, pointer)
        .defects,
  );
}
