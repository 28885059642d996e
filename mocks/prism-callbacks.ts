import { runCallback } from '@stoplight/prism-http/dist/mocker/callback/callbacks.js';
import { resolveRuntimeExpressions } from '@stoplight/prism-http/dist/utils/runtimeExpression.js';
import type { IHttpRequest, IHttpResponse, PrismHttpComponents } from '@stoplight/prism-http';
import type { PrismOperation } from './prism-operations.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Sends an operation's callbacks, as Prism does, but to this machine only: the address comes out of the request, so
 * anyone who can reach the mock could otherwise make it call any host (SSRF).
 *
 * @returns the addresses that were refused
 */
export function sendCallbacks(
  operation: PrismOperation,
  request: IHttpRequest,
  response: IHttpResponse,
  logger: PrismHttpComponents['logger'],
): readonly string[] {
  const readable = { ...request, body: formFields(request) ?? request.body };
  const callbacks = (operation.callbacks ?? []).map((callback) => ({
    callback,
    url: resolveRuntimeExpressions(callback.path, readable, response),
  }));
  for (const { callback } of callbacks.filter(({ url }) => isLoopback(url))) {
    // Whether the receiver answers is no part of our answer; Prism logs it.
    void runCallback({ callback, request: readable, response })(logger)().catch(() => undefined);
  }
  return callbacks.map(({ url }) => url).filter((url) => !isLoopback(url));
}

/** The body as `$request.body#/name` reads it, where it is a form. */
function formFields(request: IHttpRequest): Record<string, string> | undefined {
  const isForm = request.headers?.['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm && typeof request.body === 'string' ? Object.fromEntries(new URLSearchParams(request.body)) : undefined;
}

/** `new URL` normalises the other spellings of an address: 127.1, 0x7f000001, 2130706433. */
function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && LOOPBACK.test(hostname);
}
