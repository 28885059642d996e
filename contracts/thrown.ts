/**
 * What a thrown value says. By its members, not `instanceof`: errors of Node's own modules come from another realm where
 * code runs in a sandbox, as in jest.
 */
export function messageOf(thrown: unknown): string {
  return memberOf(thrown, 'message') ?? String(thrown);
}

/** Node's code, `ENOENT` or `ECONNREFUSED`; that of the cause where the error itself has none, as with fetch. */
export function codeOf(thrown: unknown): string | undefined {
  const own = memberOf(thrown, 'code');
  if (own !== undefined || typeof thrown !== 'object' || thrown === null || !('cause' in thrown)) return own;
  return memberOf(thrown.cause, 'code');
}

function memberOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' ? member : undefined;
}
