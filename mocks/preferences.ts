import type { IHttpRequest } from '@stoplight/prism-http';
import { parsePreferHeader } from './prism-libraries.ts';

/** What a request asks for by `Prefer`, or by `__code` and the like in its query. */
export interface Preferences {
  readonly code?: number;
  readonly exampleKey?: string;
  readonly dynamic?: boolean;
  readonly seed?: string;
}

const NONE: Preferences = {};

/** @returns undefined for what Prism refuses to read, as `Prefer: code=wrong`; it says why */
export function preferencesOf({ headers = {}, url: { query = {} } }: IHttpRequest): Preferences | undefined {
  if (headers['prefer']) return read(parsePreferHeader(headers['prefer']));
  const { __code: code, __dynamic: dynamic, __seed: seed, __example: example } = query;
  const isAsked = code !== undefined || dynamic !== undefined || seed !== undefined || example !== undefined;
  return isAsked ? read({ code, dynamic, seed, example }) : NONE;
}

function read({ code, dynamic, seed, example }: Readonly<Record<string, unknown>>): Preferences | undefined {
  if (![code, dynamic, seed, example].every((value) => value === undefined || typeof value === 'string'))
    return undefined;
  if (typeof code === 'string' && !/^\d{3}$/.test(code)) return undefined;
  if (dynamic !== undefined && dynamic !== 'true' && dynamic !== 'false') return undefined;
  return {
    ...(code === undefined ? {} : { code: Number(code) }),
    ...(dynamic === undefined ? {} : { dynamic: dynamic === 'true' }),
    ...(typeof seed === 'string' ? { seed } : {}),
    ...(typeof example === 'string' ? { exampleKey: example } : {}),
  };
}
