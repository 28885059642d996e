/** The tags of an If-Match or If-None-Match field; `*` stands for any (RFC 9110 §13.1). */
function tagsIn(field: string): readonly string[] {
  return field.match(/\*|(?:W\/)?"[!#-~\u0080-\u{10FFFF}]*"/gu) ?? [];
}

/** Strong comparison (RFC 9110 §8.8.3.2): a weak tag matches nothing. */
export function matchesStrongly(field: string, tag: string): boolean {
  return tagsIn(field).some((each) => each === '*' || each === tag);
}

/** Weak comparison, as If-None-Match asks for. */
export function matchesWeakly(field: string, tag: string): boolean {
  return tagsIn(field).some((each) => each === '*' || each.replace(/^W\//, '') === tag);
}
