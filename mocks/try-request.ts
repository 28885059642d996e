import { validateHeaderName, validateHeaderValue } from 'node:http';
import { didYouMean, isObject, TallyError, type Exchange, type Json } from '../contracts/index.ts';
import type { MockService } from './mock-server.ts';
import { sendRequest } from './send-request.ts';

/** What speaks of the connection is ours to say. */
const OWN_HEADERS = /^(host|connection|content-length|transfer-encoding|expect|upgrade|keep-alive|te|trailer)$/i;

/**
 * Sends a request to one of the services, and to nothing else.
 *
 * @param wanted `{ service, version, method, target, headers, body }`, untrusted
 * @throws TallyError TRY_INVALID
 */
export async function tryRequest(
  services: readonly MockService[],
  wanted: Json | undefined,
  signal: AbortSignal,
): Promise<Exchange> {
  if (!isObject(wanted))
    throw invalid('body', 'it is no JSON object', 'send {"service", "version", "method", "target"}');
  const service = serviceOf(services, textOf(wanted, 'service'), textOf(wanted, 'version'));
  const method = textOf(wanted, 'method').toUpperCase();
  if (!/^[A-Z]{1,20}$/.test(method) || method === 'CONNECT') throw invalid('method', 'it is no method', 'send GET');
  const url = urlOf(service, textOf(wanted, 'target'));
  const body = wanted['body'] === undefined || wanted['body'] === null ? undefined : textOf(wanted, 'body');
  const headers = headersOf(wanted['headers'] ?? {});
  return await sendRequest({ method, url, headers, ...(body === undefined ? {} : { body }) }, signal);
}

function textOf(wanted: { readonly [name: string]: Json }, name: string): string {
  const value = wanted[name];
  if (typeof value === 'string') return value;
  throw invalid(name, 'it is no string', `send ${name} as a string`);
}

function serviceOf(services: readonly MockService[], name: string, version: string): MockService {
  const service = services.find((each) => each.name === name && each.version === version);
  if (service !== undefined) return service;
  const known = services.map((each) => `${each.name} ${each.version}`);
  const near = didYouMean(`${name} ${version}`, known);
  throw invalid('service', `${name} ${version} is not mocked${near}`, `there are ${known.join(', ')}`);
}

function urlOf({ url }: MockService, target: string): string {
  const whole = `${url}${target}`;
  // What a browser's URL would make of it does not matter: it is sent as it is, and no other host can come of it.
  const isSafe = target.startsWith('/') && /^[\u0021-\u007e]+$/.test(target) && URL.canParse(whole);
  if (isSafe && new URL(whole).origin === new URL(url).origin) return whole;
  throw invalid('target', 'it is no path with a query, percent-encoded', 'send one as /parcels?limit=2');
}

function headersOf(given: Json): Record<string, string> {
  if (!isObject(given)) throw invalid('headers', 'it is no JSON object', 'send {"name": "value"}');
  const headers: [string, string][] = [];
  for (const name of Object.keys(given)) {
    const value = textOf(given, name);
    if (OWN_HEADERS.test(name)) continue;
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw invalid(`header ${name}`, 'its name or value cannot be sent', 'leave out line breaks and the like');
    }
    headers.push([name.toLowerCase(), value]);
  }
  return Object.fromEntries(headers);
}

function invalid(place: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'TRY_INVALID', where: place, why: `${place}: ${why}`, fix });
}
