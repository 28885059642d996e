import { exampleRequest, type Contract, type ExampleRequest, type Operation } from '../contracts/index.ts';
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
    const request = requestToTry(contract, operation);
    if (!('missing' in request)) return curlOf(request, url);
  }
  return undefined;
}

/** The contract's example request, with credentials that satisfy a mock. */
export function requestToTry(contract: Contract, operation: Operation): ReturnType<typeof exampleRequest> {
  const request = exampleRequest(contract, operation);
  if ('missing' in request) return request;
  const { headers, query } = dummyCredentials(contract, operation);
  const separator = request.target.includes('?') ? '&' : '?';
  const target = query === '' ? request.target : `${request.target}${separator}${query}`;
  return { ...request, target, headers: { ...request.headers, ...headers } };
}

/** @param url that the target stands below */
export function curlOf(request: ExampleRequest, url: string): string {
  const method = request.method === 'GET' ? [] : ['-X', request.method];
  const told = Object.entries(request.headers).flatMap(([name, value]) => ['-H', quoted(`${name}: ${value}`)]);
  // curl itself reads `-d @name` as a file.
  const body = request.body === undefined ? [] : ['--data-raw', quoted(request.body)];
  return ['curl', '-i', ...method, ...told, ...body, quoted(url + request.target)].join(' ');
}

function quoted(text: string): string {
  return /^[\w:/.@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
