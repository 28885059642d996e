import { defineFault } from '../fault.ts';
import { headerOf, withBody, withHeader } from '../fault-answer.ts';

const PAGE = '<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>';

/** F16: the content is not what its type says, as behind a proxy that wants a login. */
export const wrongContentType = defineFault({
  id: 'wrong_content_type',
  number: 'F16',
  summary: 'Sends JSON under another media type, or an HTML page under the one of JSON',
  options: {
    mediaType: { type: 'text', default: 'text/html', summary: 'the type that is claimed, with body=kept' },
    body: {
      type: 'choice',
      choices: ['kept', 'html'],
      default: 'kept',
      summary: 'the answer itself, or a page in its place',
    },
  },
  apply: ({ mediaType, body }) => ({
    on: 'answer',
    change: (answer) => {
      if (body === 'kept') return withHeader(answer, 'Content-Type', mediaType);
      const claimed = headerOf(answer, 'Content-Type') ?? 'application/json';
      return withHeader(withBody(answer, PAGE), 'Content-Type', claimed);
    },
  }),
});
