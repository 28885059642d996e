/**
 * Whether a text matches a pattern in which `*` is anything but a slash and `**` anything. Every other character stands
 * for itself: braces and question marks are in paths. Takes pattern × text steps at most, whatever the pattern.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  const tokens = pattern.match(/\*\*+|[^]/g) ?? [];
  // After each token: at which offsets of the text it can have ended.
  let ends: ReadonlySet<number> = new Set([0]);
  for (const token of tokens) ends = endsAfter(token, ends, text);
  return ends.has(text.length);
}

function endsAfter(token: string, starts: ReadonlySet<number>, text: string): ReadonlySet<number> {
  const ends = new Set<number>();
  for (const start of starts) {
    if (!token.startsWith('*')) {
      if (text.startsWith(token, start)) ends.add(start + token.length);
      continue;
    }
    // From an offset that another start has reached already, the rest is known.
    for (let at = start; at <= text.length && !ends.has(at); at++) {
      ends.add(at);
      if (token === '*' && text[at] === '/') break;
    }
  }
  return ends;
}
