/**
 * Aborts with the signal, or after this time.
 *
 * `AbortSignal.any([signal, AbortSignal.timeout(ms)])` alone may never do the second: on Node 20 it holds its sources
 * weakly, and a time limit that nobody else holds is collected before it fires. A listener keeps it until then.
 */
export function signalWithin(signal: AbortSignal, timeoutMs: number): AbortSignal {
  const limit = AbortSignal.timeout(timeoutMs);
  limit.addEventListener('abort', () => undefined, { once: true });
  return AbortSignal.any([signal, limit]);
}
