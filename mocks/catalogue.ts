import type { ServerResponse } from 'node:http';
import { nearMiss } from '../contracts/index.ts';

/** A service as a partner looks for it. */
export interface ListedService {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly basePath: string;
  readonly url: string;
  readonly operations: number;
}

/** Finds the service that a request is for. */
export interface ServiceTable<T> {
  readonly services: readonly T[];
  /** @returns the service, and what is left of path and query below it */
  find(target: string): { readonly service: T; readonly rest: string } | undefined;
}

/** A service at the root gets everything; else the first two segments of the path are a service's name and version. */
export function serviceTable<T extends Pick<ListedService, 'basePath'>>(services: readonly T[]): ServiceTable<T> {
  const atRoot = services.find(({ basePath }) => basePath === '');
  if (atRoot !== undefined) return { services, find: (target) => ({ service: atRoot, rest: target }) };
  const byPath = new Map(services.map((service) => [service.basePath, service]));
  return {
    services,
    find: (target) => {
      const basePath = firstSegments(target);
      const service = byPath.get(basePath);
      if (service === undefined) return undefined;
      const rest = target.slice(basePath.length);
      return { service, rest: rest.startsWith('/') ? rest : `/${rest}` };
    },
  };
}

/** `/parcels/1.4.0` of `/parcels/1.4.0/quotes?a=1`. */
function firstSegments(target: string): string {
  const mark = target.indexOf('?');
  const end = mark === -1 ? target.length : mark;
  const second = target.indexOf('/', 1);
  if (second === -1 || second > end) return target.slice(0, end);
  const third = target.indexOf('/', second + 1);
  return target.slice(0, third === -1 || third > end ? end : third);
}

/** `GET /` of a catalogue. */
export function sendServices(response: ServerResponse, services: readonly ListedService[]): void {
  const listed = services.map(({ name, version, title, url, operations }) => ({
    name,
    version,
    title,
    url,
    operations,
  }));
  sendJson(response, 200, 'application/json', { services: listed });
}

/** @returns what is wrong, for the log */
export function sendUnknownService(
  response: ServerResponse,
  services: readonly ListedService[],
  target: string,
): string {
  const path = target.split('?', 1)[0] ?? '';
  const near = nearestBasePath(services, path);
  const detail = `No service is mocked at ${path}${near === undefined ? '' : `, did you mean ${near}?`}`;
  const known = services.map(({ basePath }) => basePath);
  sendJson(response, 404, 'application/problem+json', {
    type: 'about:blank',
    title: 'Unknown service',
    status: 404,
    detail,
    services: known,
  });
  return near === undefined
    ? `no such service, there are ${known.join(', ')}`
    : `no such service, did you mean ${near}?`;
}

/** `/parcel/1.4.0/…` is a wrong letter away; `/parcels/…` lacks the version, and the newest is meant. */
function nearestBasePath(services: readonly ListedService[], path: string): string | undefined {
  const [, name = '', version = ''] = path.split('/');
  const close = nearMiss(
    `/${name}/${version}`,
    services.map(({ basePath }) => basePath),
  );
  if (close !== undefined) return close;
  const closeName = nearMiss(name, new Set(services.map((service) => service.name)));
  return services.findLast((service) => service.name === closeName)?.basePath;
}

export function sendProblem(response: ServerResponse, status: number, title: string, detail: string): void {
  sendJson(response, status, 'application/problem+json', { type: 'about:blank', title, status, detail });
}

function sendJson(response: ServerResponse, status: number, contentType: string, value: unknown): void {
  const body = JSON.stringify(value);
  response.statusCode = status;
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
