/**
 * The code of what went wrong on a connection: `ECONNREFUSED`, `UND_ERR_SOCKET`, `TIMEOUT`. Asked for by shape, not by
 * class: a DOMException, as a timeout throws, is no Error of every realm.
 */
export function errorCode(error: unknown): string {
  const { name, code, cause } = membersOf(error);
  if (name === 'TimeoutError' || membersOf(cause).name === 'TimeoutError') return 'TIMEOUT';
  // undici wraps what the socket says.
  return membersOf(cause).code ?? code ?? name ?? 'UNKNOWN';
}

function membersOf(error: unknown): { readonly name?: string; readonly code?: string; readonly cause?: unknown } {
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('name' in error && typeof error.name === 'string' ? { name: error.name } : {}),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...('cause' in error ? { cause: error.cause } : {}),
  };
}
