import { visibleText } from './visible-text.ts';

/**
 * Where a finding's source lies for a reader of the whole repository: as a path in it, or absolute.
 *
 * @param prefix the workspace's folder within the repository, `services/parcels`; absent where it is the repository
 */
export function pathInRepository(source: string, prefix = ''): string {
  if (isAbsolute(source) || prefix === '') return source;
  return `${prefix.replace(/\/$/, '')}/${source}`;
}

/** RFC 3986: each segment percent-encoded; a path on this machine as a `file:` URI. */
export function uriOf(file: string): string {
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(file)) return file;
  const drive = /^[a-z]:\//i.test(file);
  // What hides in a name has no place in a URI; half a surrogate pair could not even be encoded.
  const encoded = visibleText(file)
    .split('/')
    .map((segment, at) => (drive && at === 0 ? segment : encodeURIComponent(segment)))
    .join('/');
  if (drive) return `file:///${encoded}`;
  return file.startsWith('/') ? `file://${encoded}` : encoded;
}

export function isAbsolute(source: string): boolean {
  return source.startsWith('/') || /^[a-z][a-z\d+.-]*:/i.test(source);
}
