import type { Difference, LoneOperation, MatchedOperation, Rule } from '../rule.ts';

/**
 * Requests that the API makes because of one that it got. Their bodies and answers are judged by the other rules, the other
 * way round: the client receives the one and sends the other. A client waits for a callback, so one that is gone breaks it.
 */
export const callbacks: Rule = {
  id: 'callbacks',
  summary: 'Callbacks removed, added, and sent to an address taken from another place',
  codes: [
    { code: 'callback-added', severity: 'info', summary: 'an operation has a new callback' },
    { code: 'callback-removed', severity: 'error', summary: 'a callback no longer comes' },
    { code: 'callback-url-changed', severity: 'error', summary: 'the address of a callback is taken from elsewhere' },
  ],
  judge: ({ matched, removed, added }) => [
    ...removed.filter(isCallback).map(gone),
    ...added.filter(isCallback).map(come),
    ...matched.filter(isCallback).flatMap(readdressed),
  ],
};

function isCallback({ place }: LoneOperation | MatchedOperation): boolean {
  return place === 'callback';
}

function gone(operation: LoneOperation): Difference {
  const { pointer } = operation.operation;
  const common = { direction: operation.request, operation, base: pointer };
  return { ...common, code: 'callback-removed', message: 'the callback no longer comes', fix: 'keep making it' };
}

function come(operation: LoneOperation): Difference {
  const { pointer } = operation.operation;
  return {
    code: 'callback-added',
    message: 'the callback is new',
    direction: operation.request,
    operation,
    revision: pointer,
  };
}

function readdressed(operation: MatchedOperation): readonly Difference[] {
  const { base, revision } = operation;
  if (base.path === revision.path) return [];
  return [
    {
      code: 'callback-url-changed',
      message: `the callback goes to ${revision.path}, no longer to ${base.path}`,
      fix: 'take the address from the old place, too',
      expected: base.path,
      actual: revision.path,
      direction: 'request',
      operation,
      base: base.itemPointer ?? base.pointer,
      revision: revision.itemPointer ?? revision.pointer,
    },
  ];
}
