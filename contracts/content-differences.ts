import type { CarriedAs } from './carried-as.ts';
import { isWiderMediaType, matchMediaTypes } from './match-media-types.ts';
import type { JsonObject } from './json.ts';
import type { MediaType } from './model.ts';
import { memberOf, objectAt } from './object-at.ts';
import type { Difference, Documents, MatchedOperation, Side } from './rule.ts';
import { schemaDifferences } from './schema-differences.ts';
import { spokenValue } from './spoken-value.ts';

/** The content of a body or an answer on both sides. */
export interface ContentPlace {
  readonly operation: MatchedOperation;
  /** As it follows "in": `the request body`. */
  readonly name: string;
  readonly direction: Side;
  readonly base: readonly MediaType[];
  readonly revision: readonly MediaType[];
}

/** What the media types of two versions have in common, compared; and what only one of them has. */
export interface ContentDifferences {
  readonly schemas: readonly Difference[];
  readonly removed: readonly MediaType[];
  readonly added: readonly MediaType[];
  /** Types that became part of a range: any type of it may come now. */
  readonly widened: readonly (readonly [base: MediaType, revision: MediaType])[];
}

export function contentDifferences(documents: Documents, place: ContentPlace): ContentDifferences {
  const { operation, direction } = place;
  const { matched, removed, added } = matchMediaTypes(place.base, place.revision, direction);
  const described = matched.filter(
    ([base, revision]) => !isBytes(documents.base, base) || !isBytes(documents.revision, revision),
  );
  const schemas = described.flatMap(([base, revision]) =>
    schemaDifferences(documents, {
      operation,
      direction,
      carriedAs: carriedAs(documents, base, revision),
      name: matched.length > 1 ? `${place.name} (${revision.mediaType})` : place.name,
      base: base.pointer,
      revision: revision.pointer,
    }),
  );
  const widened = matched.filter(([base, revision]) => isWiderMediaType(base, revision));
  return { schemas, removed, added, widened };
}

/** What a schema says of bytes says nothing: 3.0 calls them text, 3.1 leaves the schema out (OpenAPI 3.1 §4.8.14.3). */
function isBytes(contract: Documents['base'], { mediaType, pointer }: MediaType): boolean {
  const schema = objectAt(contract, pointer);
  const isPlain = Object.entries(schema).every(
    ([key, value]) =>
      (key === 'type' && value === 'string') || (key === 'format' && value === 'binary') || IDLE_KEYWORDS.has(key),
  );
  return (
    isPlain && /^(application\/(octet-stream|pdf|zip|gzip)|image\/(?!svg)|audio\/|video\/|font\/)/i.test(mediaType)
  );
}

const IDLE_KEYWORDS = new Set(['title', 'description', 'example', 'examples', 'contentMediaType']);

/** A form of which some part has a media type of its own is compared as JSON, which says more than less. */
function carriedAs({ base: before, revision: after }: Documents, base: MediaType, revision: MediaType): CarriedAs {
  const names = [base, revision].map(({ mediaType }) => mediaType.toLowerCase());
  if (names.every((name) => name.startsWith('text/plain'))) return 'text';
  const hasTypedPart = typedParts(objectAt(before, holderOf(base))) || typedParts(objectAt(after, holderOf(revision)));
  return names.every((name) => /^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(name)) && !hasTypedPart
    ? 'form'
    : 'json';
}

function typedParts(media: JsonObject): boolean {
  const encoding = memberOf(media, 'encoding');
  return Object.keys(encoding).some((part) => /json|xml/.test(spokenValue(memberOf(encoding, part)['contentType'])));
}

/** The Media Type Object. */
function holderOf({ pointer }: MediaType): string {
  return pointer.replace(/\/schema$/, '');
}
