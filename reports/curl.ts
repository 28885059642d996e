import type { HttpRequest } from '../contracts/index.ts';

/**
 * The request as a command for a POSIX shell, for repeating it by hand. What was redacted stays redacted: put your own
 * credential there. Undefined where the body is no text.
 */
export function curlOf(request: HttpRequest): string | undefined {
  if (request.body?.startsWith('base64:') === true) return undefined;
  const method = request.method.toUpperCase();
  const headers = Object.entries(request.headers).filter(([name]) => !SET_BY_CURL.has(name.toLowerCase()));
  const parts = [
    `curl ${method === 'HEAD' ? '--head' : `--request ${quote(method)}`} ${quote(request.url)}`,
    ...headers.map(([name, value]) => `--header ${quote(`${name}: ${value}`)}`),
    ...(request.body === undefined ? [] : [`--data-raw ${quote(request.body)}`]),
  ];
  return parts.join(' \\\n  ');
}

const SET_BY_CURL = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'accept-encoding']);

function quote(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
