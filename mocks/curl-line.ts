import { exampleRequest } from '../contracts/index.ts';
import { dummyCredentials } from './dummy-credentials.ts';
import type { MockService } from './mock-server.ts';

/**
 * A command that gets an answer from a mock: the example request of its first operation that has one, reading before
 * writing. Undefined where no operation has one.
 */
export function curlLine({ contract, url }: Pick<MockService, 'contract' | 'url'>): string | undefined {
  const reading = contract.operations.filter(({ method }) => method === 'get');
  const writing = contract.operations.filter(({ method }) => method !== 'get');
  for (const operation of [...reading, ...writing]) {
    const request = exampleRequest(contract, operation);
    if ('missing' in request) continue;
    const { headers, query } = dummyCredentials(contract, operation);
    const separator = request.target.includes('?') ? '&' : '?';
    const target = query === '' ? request.target : `${request.target}${separator}${query}`;
    const method = request.method === 'GET' ? [] : ['-X', request.method];
    const told = Object.entries({ ...request.headers, ...headers }).flatMap(([name, value]) => [
      '-H',
      quoted(`${name}: ${value}`),
    ]);
    const body = request.body === undefined ? [] : ['-d', quoted(request.body)];
    return ['curl', '-i', ...method, ...told, ...body, quoted(url + target)].join(' ');
  }
  return undefined;
}

function quoted(text: string): string {
  return /^[\w:/.@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
