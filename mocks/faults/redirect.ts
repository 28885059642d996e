import { defineFault, type FaultRequest } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

const MARK = 'tally-hop';

/** F28: round and round, or elsewhere (RFC 9110 §15.4). 307 and 308 keep method and body. */
export const redirect = defineFault({
  id: 'redirect',
  number: 'F28',
  summary: 'Redirects: to itself, to and fro, along a chain, or to another origin',
  options: {
    status: { type: 'choice', choices: ['302', '301', '303', '307', '308'], default: '302', summary: 'the status' },
    variant: {
      type: 'choice',
      choices: ['self', 'ring', 'chain', 'cross_origin'],
      default: 'self',
      summary: 'where to; another origin is this mock under its other name: localhost or 127.0.0.1',
    },
    hops: {
      type: 'number',
      unit: 'redirects',
      min: 1,
      max: 1_000,
      default: 3,
      summary: 'of a chain, at whose end is the answer',
    },
  },
  apply: ({ status, variant, hops }) => ({
    on: 'request',
    isFor: (request) => {
      if (variant === 'chain') return hopOf(request) < hops;
      return variant !== 'cross_origin' || hopOf(request) === 0;
    },
    answer: ({ request }) => {
      const location = locationOf(request, variant);
      return problemAnswer(Number(status), `It is at ${location} now.`, [['Location', location]]);
    },
  }),
});

function locationOf(request: FaultRequest, variant: string): string {
  const hop = hopOf(request);
  if (variant === 'self') return request.url;
  if (variant === 'ring') return withHop(request.url, hop === 0 ? 1 : 0);
  const next = withHop(request.url, hop + 1);
  return variant === 'chain' ? next : otherOrigin(request) + next;
}

function hopOf({ url }: FaultRequest): number {
  return Number(new RegExp(`[?&]${MARK}=(\\d+)`).exec(url)?.[1] ?? 0);
}

function withHop(url: string, hop: number): string {
  const bare = url.replace(new RegExp(`([?&])${MARK}=\\d+&?`), '$1').replace(/[?&]$/, '');
  return hop === 0 ? bare : `${bare}${bare.includes('?') ? '&' : '?'}${MARK}=${hop}`;
}

/** Another name of this machine: nothing leaves it. */
function otherOrigin({ headers: { host = 'localhost' }, isTls }: FaultRequest): string {
  const port = /:(\d+)$/.exec(host)?.[0] ?? '';
  const name = host.startsWith('localhost') ? '127.0.0.1' : 'localhost';
  return `${isTls ? 'https' : 'http'}://${name}${port}`;
}
