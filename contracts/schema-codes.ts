const FAMILIES = {
  'additional-items': ['allowed', 'forbidden'],
  'additional-properties': ['allowed', 'forbidden'],
  alternative: ['added', 'overlaps', 'removed'],
  alternatives: ['added', 'became-exclusive', 'became-inclusive', 'removed'],
  became: ['allowed', 'deprecated', 'forbidden', 'not-nullable', 'nullable'],
  condition: ['added', 'changed', 'removed'],
  const: ['added', 'changed', 'removed'],
  contains: ['added', 'changed', 'count-changed', 'removed'],
  'content-encoding': ['added', 'changed', 'removed'],
  'content-media-type': ['added', 'changed', 'removed'],
  'content-schema': ['added', 'removed'],
  default: ['added', 'changed', 'removed'],
  'dependent-required': ['added', 'removed'],
  'dependent-schema': ['added', 'removed'],
  discriminator: ['added', 'changed', 'removed'],
  'discriminator-mapping': ['added', 'changed', 'removed'],
  enum: ['added', 'changed', 'removed', 'value-added', 'value-removed'],
  'extensible-enum': ['value-added', 'value-removed'],
  format: ['added', 'changed', 'removed'],
  'max-items': ['added', 'decreased', 'increased', 'removed'],
  'max-length': ['added', 'decreased', 'increased', 'removed'],
  'max-properties': ['added', 'decreased', 'increased', 'removed'],
  maximum: ['added', 'decreased', 'increased', 'removed'],
  'min-items': ['added', 'decreased', 'increased', 'removed'],
  'min-length': ['added', 'decreased', 'increased', 'removed'],
  'min-properties': ['added', 'decreased', 'increased', 'removed'],
  minimum: ['added', 'decreased', 'increased', 'removed'],
  'multiple-of': ['added', 'changed', 'removed'],
  'no-longer': ['deprecated'],
  not: ['added', 'changed', 'removed'],
  'optional-property': ['added', 'removed'],
  pattern: ['added', 'changed', 'removed'],
  'pattern-property': ['added', 'removed'],
  property: [
    'became-not-read-only',
    'became-not-write-only',
    'became-optional',
    'became-read-only',
    'became-required',
    'became-write-only',
  ],
  'property-names': ['added', 'removed'],
  'required-property': ['added', 'removed'],
  type: ['changed', 'narrowed', 'widened'],
  'unevaluated-items': ['added', 'removed'],
  'unevaluated-properties': ['added', 'removed'],
  'unique-items': ['added', 'removed'],
  xml: ['changed'],
} as const;

type Families = typeof FAMILIES;

/** What a change of a schema is called, whichever way it travels. */
export type SchemaCode = { [Family in keyof Families]: `${Family}-${Families[Family][number]}` }[keyof Families];

/** Every code of `compareSchemas`: seen from the client, `request-` of what it sends and `response-` of what it receives. */
export const schemaCodes: ReadonlySet<string> = new Set(
  ['request', 'response'].flatMap((direction) =>
    Object.entries(FAMILIES).flatMap(([family, ends]) => ends.map((end) => `${direction}-${family}-${end}`)),
  ),
);
