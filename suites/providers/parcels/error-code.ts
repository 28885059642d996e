/** `ENOENT`, `FST_ERR_…`; empty where the error has none. Errors of Node's own are no `Error` of ours inside jest. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
