import { findingOf, type Check } from '../check.ts';

/** The contract's own example must not break the server. `default` documents an error in general, not a crash. */
export const serverError: Check = {
  id: 'server-error',
  summary: 'The provider does not answer 5xx unless the contract documents it',
  appliesTo: ({ answer }) => answer !== undefined,
  run(observation) {
    const { answer, operation, response } = observation;
    if (!answer || answer.status < 500) return [];
    if (response && response.status !== 'default') return [];
    return [
      findingOf(observation, {
        code: 'server-error',
        message: `${operation.id} answers ${answer.status} to the contract's own example`,
        fix: 'look at the log of the provider for this request',
        expected: operation.responses.map(({ status }) => status),
        actual: answer.status,
        pointer: `${operation.pointer}/responses`,
      }),
    ];
  },
};
