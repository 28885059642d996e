import type { MediaType } from './model.ts';
import type { Side } from './rule.ts';

/** Media types of two versions next to each other. */
export interface MatchedMediaTypes {
  readonly matched: readonly (readonly [base: MediaType, revision: MediaType])[];
  readonly removed: readonly MediaType[];
  readonly added: readonly MediaType[];
}

/**
 * Pairs media types by name, however they are spelt; a range (`application/*`) stands for every type in it. Of what a
 * client receives, a range may also be narrowed to one of its types.
 */
export function matchMediaTypes(
  base: readonly MediaType[],
  revision: readonly MediaType[],
  direction: Side,
): MatchedMediaTypes {
  const matched = base.flatMap((left) => partnersOf(left, revision, direction).map((right) => [left, right] as const));
  const [known, kept] = [new Set(matched.map(([left]) => left)), new Set(matched.map(([, right]) => right))];
  const isKnown = (right: MediaType): boolean => base.some((left) => covers(left.mediaType, right.mediaType));
  return {
    matched,
    removed: base.filter((left) => !known.has(left)),
    added: revision.filter((right) => !kept.has(right) && !isKnown(right)),
  };
}

function partnersOf(left: MediaType, revision: readonly MediaType[], direction: Side): readonly MediaType[] {
  const name = normalised(left.mediaType);
  const exact = revision.find((right) => normalised(right.mediaType) === name);
  if (exact !== undefined) return [exact];
  const wider = revision.find((right) => covers(right.mediaType, left.mediaType));
  if (wider !== undefined) return [wider];
  return direction === 'response' ? revision.filter((right) => covers(left.mediaType, right.mediaType)) : [];
}

function covers(range: string, mediaType: string): boolean {
  const wide = normalised(range);
  if (wide === '*/*') return true;
  return wide.endsWith('/*') && normalised(mediaType).startsWith(wide.slice(0, -1));
}

/** Whether the second stands for more than the first: `application/*` for `application/json`. */
export function isWiderMediaType(base: MediaType, revision: MediaType): boolean {
  return normalised(base.mediaType) !== normalised(revision.mediaType) && covers(revision.mediaType, base.mediaType);
}

/** Names are case-insensitive (RFC 9110 §8.3.1), and JSON and most other text is in UTF-8 whether told or not. */
function normalised(mediaType: string): string {
  const [name = '', ...parameters] = mediaType.toLowerCase().split(';');
  const kept = parameters.map((each) => each.trim()).filter((each) => !/^charset="?utf-?8"?$|^$/.test(each));
  return [name.trim(), ...kept.toSorted()].join(';');
}
