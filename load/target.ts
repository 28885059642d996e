import { targetUrl, TallyError } from '../contracts/index.ts';

/** Where the load goes: `http://127.0.0.1:4010` and the path that the contract's paths are under, `/v2`. */
export interface Target {
  readonly origin: string;
  readonly basePath: string;
}

/**
 * Reads the address of the target. A host other than this machine has to be named twice, in the address and as allowed:
 * a load is an attack on whoever did not ask for it.
 *
 * @throws TallyError URL_INVALID, LOAD_HOST_NOT_ALLOWED
 */
export function readTarget(url: string, allowedHosts: readonly string[]): Target {
  const parsed = targetUrl(url, 'the target');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (!isLoopback(host) && !allowedHosts.includes(host)) throw notAllowed(host);
  return { origin: parsed.origin, basePath: parsed.pathname.replace(/\/+$/, '') };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function notAllowed(host: string): TallyError {
  return new TallyError({
    code: 'LOAD_HOST_NOT_ALLOWED',
    where: host,
    why: 'it is not this machine, and a load may take a host down',
    fix: `if its owner agreed, say so with --allow-host ${host}`,
  });
}
