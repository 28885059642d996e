import type { IncomingMessage, ServerResponse } from 'node:http';

/** In front of every answer when nothing in the request asks for other values. */
const FOR_EVERYONE = corsHeaders({});

/** A preflight is answered before anything else is looked at. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && !!headers.origin && !!headers['access-control-request-method'];
}

/** The headers in front of every answer, names and values in turn; the same list for all that ask for nothing special. */
export function corsHeadersFor({ headers }: IncomingMessage): readonly string[] {
  const isPlain =
    headers.origin === undefined &&
    headers['access-control-request-headers'] === undefined &&
    headers['access-control-expose-headers'] === undefined;
  return isPlain ? FOR_EVERYONE : corsHeaders(headers);
}

function corsHeaders(headers: IncomingMessage['headers']): readonly string[] {
  return [
    'Access-Control-Allow-Origin',
    headers.origin || '*',
    'Access-Control-Allow-Headers',
    headers['access-control-request-headers'] || '*',
    'Access-Control-Allow-Credentials',
    'true',
    'Access-Control-Expose-Headers',
    headers['access-control-expose-headers'] || '*',
  ];
}

export function setCorsHeaders(request: IncomingMessage, response: ServerResponse): void {
  const headers = corsHeadersFor(request);
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
}

export function sendPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', headers['access-control-request-method'] ?? '');
  response.setHeader('Vary', 'origin');
  response.setHeader('Content-Length', '0');
  response.statusCode = 204;
  response.end();
}
