import { isObject, type Json } from '../../contracts/index.ts';
import { defineFault, type FaultRequest } from '../fault.ts';
import { headerOf, problemAnswer, withBody, withHeader, type FaultAnswer } from '../fault-answer.ts';

const CURSORS = ['cursor', 'page_token', 'pageToken', 'after', 'starting_after', 'continuation', 'page', 'offset'];
const NEXT = /^next(_?(cursor|page|page_?token|token|link|url))?$/i;

/** F31: paging that does not end well. */
export const staleCursor = defineFault({
  id: 'stale_cursor',
  number: 'F31',
  summary: 'Refuses a cursor (400, 410), gives the same one again, or one that leads to another host',
  options: {
    variant: {
      type: 'choice',
      choices: ['gone', 'bad', 'repeated', 'cross_host'],
      default: 'gone',
      summary: '410, 400, a next page that is this page, a next page elsewhere',
    },
    parameter: {
      type: 'text',
      summary: 'the query parameter that holds the cursor; any of the usual ones, unless told',
    },
  },
  apply: ({ variant, parameter }) => {
    const names = parameter === undefined ? CURSORS : [parameter];
    const isFor = (request: FaultRequest): boolean =>
      variant === 'cross_host' || cursorOf(request, names) !== undefined;
    if (variant === 'gone' || variant === 'bad') {
      const refusal =
        variant === 'gone'
          ? problemAnswer(410, 'The cursor has expired.')
          : problemAnswer(400, 'The cursor is not valid.');
      return { on: 'request', isFor, answer: () => refusal };
    }
    return {
      on: 'answer',
      isFor,
      change: (answer, { request }) =>
        variant === 'repeated' ? repeated(answer, request, names) : elsewhere(answer, request),
    };
  },
});

function cursorOf({ target }: FaultRequest, names: readonly string[]): string | undefined {
  const query = new URLSearchParams(target.split('?', 2)[1] ?? '');
  return names.map((name) => query.get(name)).find((value) => value !== null) ?? undefined;
}

function repeated(answer: FaultAnswer, request: FaultRequest, names: readonly string[]): FaultAnswer {
  const cursor = cursorOf(request, names) ?? '';
  const linked = withNextLink(answer, request.url);
  return withNext(linked, (value) => (isAddress(value) ? request.url : cursor));
}

function elsewhere(answer: FaultAnswer, { url, headers: { host = 'localhost' }, isTls }: FaultRequest): FaultAnswer {
  const port = /:(\d+)$/.exec(host)?.[0] ?? '';
  const origin = `${isTls ? 'https' : 'http'}://${host.startsWith('localhost') ? '127.0.0.1' : 'localhost'}${port}`;
  return withNext(withNextLink(answer, origin + url), () => origin + url);
}

/** RFC 8288. */
function withNextLink(answer: FaultAnswer, url: string): FaultAnswer {
  return headerOf(answer, 'Link') === undefined ? answer : withHeader(answer, 'Link', `<${url}>; rel="next"`);
}

function withNext(answer: FaultAnswer, change: (value: string) => string): FaultAnswer {
  try {
    const body = JSON.parse(answer.body.toString('utf8')) as Json;
    return withBody(answer, JSON.stringify(replaced(body, change, 3)));
  } catch {
    return answer;
  }
}

function isAddress(value: string): boolean {
  return /^(https?:\/)?\//.test(value);
}

/** In envelopes (`{ meta: { next } }`), not deep in what is listed. */
function replaced(value: Json, change: (value: string) => string, depth: number): Json {
  if (!isObject(value) || depth === 0) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isNext = NEXT.test(name) && (typeof member === 'string' || member === null);
      return [name, isNext ? change(member ?? '') : replaced(member, change, depth - 1)];
    }),
  );
}
