import { defineFault } from '../fault.ts';
import { withBody } from '../fault-answer.ts';

const BREAKS = {
  cut: (text: string): string => text.slice(0, Math.max(1, Math.floor(text.length / 2))),
  trailing_comma: (text: string): string => text.replace(/\s*([}\]])\s*$/, ',$1'),
  nan: (text: string): string => `{"value":NaN,"body":${text}}`,
  bom: (text: string): string => `\uFEFF${text}`,
  // RFC 8259 §4: names should be unique; what a parser makes of it is its own affair.
  duplicate_key: (text: string): string => text.replace(/^\s*\{\s*("(?:[^"\\]|\\.)*")\s*:/, '{$1:null,$1:'),
};

type Break = keyof typeof BREAKS;

/** F17: a body that says it is JSON. */
export const invalidJson = defineFault({
  id: 'invalid_json',
  number: 'F17',
  summary: 'Breaks the JSON of the answer',
  options: {
    mutation: {
      type: 'choice',
      choices: ['cut', 'trailing_comma', 'nan', 'bom', 'duplicate_key'],
      default: 'cut',
      summary: 'what is wrong with it',
    },
  },
  apply: ({ mutation }) => ({
    on: 'answer',
    change: (answer) => withBody(answer, broken(answer.body.toString('utf8'), mutation)),
  }),
});

/** An answer without a body gets one that is broken. */
function broken(text: string, mutation: Break): string {
  const json = text.trim() === '' ? '{"id":1}' : text;
  const made = BREAKS[mutation](json);
  // A list has no key to write twice, and a bare value no end to put a comma before.
  return made === json ? BREAKS[mutation](`{"body":${json}}`) : made;
}
