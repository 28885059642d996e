import { shapeOf } from '../match-operations.ts';
import type { Difference, LoneOperation, MatchedOperation, Rule } from '../rule.ts';

/** Names of a template's variables are nobody's business but the documentation's: they are never on the wire. */
export const paths: Rule = {
  id: 'paths',
  summary: 'Paths whose variables were renamed, and operations that moved to another path',
  codes: [
    { code: 'operation-moved', severity: 'info', summary: 'a removed operation stands at another path now' },
    { code: 'path-variable-renamed', severity: 'info', summary: 'the template names its variables differently' },
  ],
  judge({ matched, removed, added }) {
    return [...matched.flatMap(renamed), ...removed.flatMap((operation) => moved(operation, added))];
  },
};

function renamed(operation: MatchedOperation): readonly Difference[] {
  const { base, revision, place } = operation;
  if (place !== 'path' || base.path === revision.path || shapeOf(base.path) !== shapeOf(revision.path)) return [];
  return [
    {
      code: 'path-variable-renamed',
      message: `the path ${base.path} is now written ${revision.path}; requests stay the same`,
      expected: base.path,
      actual: revision.path,
      direction: 'request',
      operation,
      base: base.itemPointer ?? base.pointer,
      revision: revision.itemPointer ?? revision.pointer,
    },
  ];
}

/** The removal breaks as it did; this says where to go. Recognised by the operationId. */
function moved(operation: LoneOperation, added: readonly LoneOperation[]): readonly Difference[] {
  const { id, method, path, pointer } = operation.operation;
  if (id === `${method.toUpperCase()} ${path}`) return [];
  const target = added.find((each) => each.operation.id === id && each.place === operation.place);
  if (target === undefined) return [];
  return [
    {
      code: 'operation-moved',
      message: `the operation '${id}' moved to ${target.name}`,
      expected: operation.name,
      actual: target.name,
      direction: 'both',
      operation,
      base: pointer,
      revision: target.operation.pointer,
    },
  ];
}
