import { findingOf, type Check } from '../check.ts';

/** These never carry a body, whatever the contract says (RFC 9110 §6.4.1). */
const BODILESS = new Set([204, 205, 304]);

/** A response that documents content must have some. */
export const emptyBody: Check = {
  id: 'empty-body',
  summary: 'An answer whose content is documented has a body',
  appliesTo: ({ answer, operation, response }) =>
    answer !== undefined &&
    response !== undefined &&
    response.content.length > 0 &&
    operation.method !== 'head' &&
    !BODILESS.has(answer.status),
  run(observation) {
    const { answer, response } = observation;
    if (!answer || !response || answer.bytes.length > 0) return [];
    return [
      findingOf(observation, {
        code: 'body-empty',
        message: `the answer ${answer.status} has no body; the contract documents one`,
        fix: 'send the documented body, or remove the content from the contract',
        expected: response.content.map(({ mediaType }) => mediaType),
        actual: null,
        pointer: `${response.pointer}/content`,
      }),
    ];
  },
};
