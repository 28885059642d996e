import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Why a call is not let in. */
export interface Refused {
  readonly status: 401 | 403 | 421;
  readonly title: string;
  readonly detail: string;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * A page of another site must not reach the control API through a visitor's browser: not by a name that it made point here
 * (DNS rebinding), and not across origins.
 */
export function refuseStranger(headers: IncomingHttpHeaders, port: number): Refused | undefined {
  const hosts = LOOPBACK.map((name) => `${name}:${port}`);
  if (!hosts.includes((headers.host ?? '').toLowerCase())) {
    const detail = `the control API answers at 127.0.0.1:${port} only, under no other name`;
    return { status: 421, title: 'Misdirected request', detail };
  }
  const { origin } = headers;
  const isForeign = origin !== undefined && !hosts.includes(origin.replace(/^http:\/\//, '').toLowerCase());
  // A browser says so itself, also where it sends no Origin.
  const site = headers['sec-fetch-site'];
  if (!isForeign && site !== 'cross-site' && site !== 'same-site') return undefined;
  return {
    status: 403,
    title: 'Another origin',
    detail: 'the control API is for its own console, not for other pages',
  };
}

/** Compared in constant time, as digests, so that not even its length shows. */
export function refuseWithoutToken({ authorization = '' }: IncomingHttpHeaders, token: string): Refused | undefined {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (timingSafeEqual(digest(given), digest(token))) return undefined;
  const detail = 'send the token that tally mock printed at its start: Authorization: Bearer …';
  return { status: 401, title: 'Token missing or wrong', detail };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
