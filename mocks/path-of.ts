/** Path and query of a request's target; a proxy's absolute form (RFC 9112 §3.2.2) is cut to them. */
export function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z][a-z+.-]*:\/\/[^/?#]*/i, '') || '/';
}
