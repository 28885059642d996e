import { findingOf, type Check } from '../check.ts';

/** A status that the contract does not name is a case that no client has been told of (OpenAPI 3.1 §4.8.16). */
export const statusDocumented: Check = {
  id: 'status-documented',
  summary: 'The status is one that the contract documents for the operation',
  // A 5xx that is not documented is the finding of `server-error`.
  appliesTo: ({ answer }) => answer !== undefined && answer.status < 500,
  run(observation) {
    const { answer, operation, response } = observation;
    if (!answer || response) return [];
    const documented = operation.responses.map(({ status }) => status);
    return [
      findingOf(observation, {
        code: 'status-undocumented',
        message: `${operation.id} answers ${answer.status}; documented are ${documented.join(', ')}`,
        fix: `answer one of the documented statuses, or add ${answer.status} to the contract`,
        expected: documented,
        actual: answer.status,
        pointer: `${operation.pointer}/responses`,
      }),
    ];
  },
};
