import type { IHttpRequest } from '@stoplight/prism-http';
import { getHttpConfigFromRequest } from '@stoplight/prism-http-server/dist/getHttpConfigFromRequest.js';

/** What a request asks for by `Prefer`, or by `__code` and the like in its query. */
export interface Preferences {
  readonly code?: number;
  readonly exampleKey?: string;
  readonly dynamic?: boolean;
  readonly seed?: string;
}

const NONE: Preferences = {};

/** @returns Prism's problem for what cannot be read: `Prefer: code=wrong` */
export function preferencesOf(request: IHttpRequest): Preferences | Error {
  const { __code, __dynamic, __seed, __example } = request.url.query ?? {};
  const isAsked =
    !!request.headers?.['prefer'] ||
    __code !== undefined ||
    __dynamic !== undefined ||
    __seed !== undefined ||
    __example !== undefined;
  if (!isAsked) return NONE;
  const read = getHttpConfigFromRequest(request);
  if ('left' in read) return read.left;
  return Object.fromEntries(Object.entries(read.right).filter(([, value]) => value !== undefined));
}
