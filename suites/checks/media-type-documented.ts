import { findingOf, type Check } from '../check.ts';

/** A client picks its parser by the Content-Type: one that the contract does not name has none. */
export const mediaTypeDocumented: Check = {
  id: 'media-type-documented',
  summary: 'The Content-Type is one that the contract documents for the response',
  appliesTo: ({ answer, response }) =>
    answer !== undefined && answer.bytes.length > 0 && response !== undefined && response.content.length > 0,
  run(observation) {
    const { answer, response, mediaType } = observation;
    if (!answer || !response || mediaType) return [];
    const documented = response.content.map(({ mediaType }) => mediaType);
    const actual = answer.headers['content-type'];
    return [
      findingOf(observation, {
        code: actual === undefined ? 'media-type-missing' : 'media-type-undocumented',
        message:
          actual === undefined
            ? `the answer has a body and no Content-Type; documented is ${documented.join(', ')}`
            : `the answer is ${actual}; documented is ${documented.join(', ')}`,
        fix: `send Content-Type: ${documented[0]}`,
        expected: documented,
        actual: actual ?? null,
        pointer: `${response.pointer}/content`,
      }),
    ];
  },
};
