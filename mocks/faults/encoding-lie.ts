import { gzipSync } from 'node:zlib';
import { defineFault } from '../fault.ts';
import { withBody, withHeader } from '../fault-answer.ts';

/** F37: a content coding that is not what it says (RFC 9110 §8.4). */
export const encodingLie = defineFault({
  id: 'encoding_lie',
  number: 'F37',
  summary: 'Says gzip over a plain body, or sends half of a gzip',
  options: {
    variant: { type: 'choice', choices: ['plain', 'cut'], default: 'plain', summary: 'what the body is' },
  },
  apply: ({ variant }) => ({
    on: 'answer',
    change: (answer) => {
      const zipped = gzipSync(answer.body);
      const body = variant === 'plain' ? answer.body : zipped.subarray(0, Math.ceil(zipped.length / 2));
      return withHeader(withBody(answer, body), 'Content-Encoding', 'gzip');
    },
  }),
});
