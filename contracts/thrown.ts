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

/** What the system says about a file, as a person would say it; the message of anything else. */
export function fileReason(thrown: unknown): string {
  return REASONS[codeOf(thrown) ?? ''] ?? messageOf(thrown);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no right to it',
  EEXIST: 'a file of this name is in the way',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'this user has no right to it',
  EROFS: 'its file system is read-only',
};
