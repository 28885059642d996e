import type { JsonObject } from '../contracts/index.ts';

/** What a document's `x-json-schema-faker` and the command line say about generated values. */
export interface GeneratorSettings {
  /** Whether properties that are not required are there: always, or each with `optionalsProbability`. */
  readonly alwaysFakeOptionals: boolean;
  /** 0 to 1. */
  readonly optionalsProbability: number;
  readonly requiredOnly: boolean;
  /** Objects get properties beyond those that are named, where `additionalProperties` or `patternProperties` describe some. */
  readonly fillProperties: boolean;
  /** For arrays and strings whose schema leaves it open. */
  readonly minItems: number;
  readonly maxItems: number | undefined;
  readonly minLength: number;
  readonly maxLength: number | undefined;
  /** The schema's `default`, its `examples` in place of made-up values. */
  readonly useDefaultValue: boolean;
  readonly useExamplesValue: boolean;
  /** How often a schema is filled within itself. */
  readonly refDepthMax: number;
  readonly omitNulls: boolean;
  /** Names that are left out where they are not required. */
  readonly ignoreProperties: readonly string[];
  /** Of faker's words. */
  readonly locale: string;
}

/**
 * Reads the settings by json-schema-faker's names, in any of its spellings. Not followed, because nothing is lost by it
 * or validity would be: `autoDefault`, `defaultInvalidTypeProduct`, `defaultMinItems`, `defaultRandExpMax`, `failOnInvalid…`, `fixedProbabilities`,
 * `ignoreMissingRefs` (always so), `pruneProperties`, `random`, `refDepthMin`, `renderTitle`, `replaceEmptyByRandomValue`,
 * `resolveJsonPath`, `reuseProperties`, `sortProperties`, `validateSchemaVersion`.
 */
export function readGeneratorSettings(settings: JsonObject): GeneratorSettings {
  const given = new Map(
    Object.entries(settings).map(([name, value]) => [name.replace(/[-_ ]/g, '').toLowerCase(), value]),
  );
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = given.get(name.toLowerCase());
    return typeof value === 'boolean' ? value : otherwise;
  };
  const count = (name: string): number | undefined => {
    const value = given.get(name.toLowerCase());
    return typeof value === 'number' && value >= 0 ? value : undefined;
  };
  const ignored = given.get('ignoreproperties');
  const locale = given.get('locale');
  return {
    alwaysFakeOptionals: flag('alwaysFakeOptionals', true),
    optionalsProbability: Math.min(count('optionalsProbability') ?? 1, 1),
    requiredOnly: flag('requiredOnly', false),
    fillProperties: flag('fillProperties', true),
    minItems: count('minItems') ?? 0,
    maxItems: count('maxItems'),
    minLength: count('minLength') ?? 0,
    maxLength: count('maxLength'),
    useDefaultValue: flag('useDefaultValue', false),
    useExamplesValue: flag('useExamplesValue', false),
    refDepthMax: count('refDepthMax') ?? 2,
    omitNulls: flag('omitNulls', false),
    ignoreProperties: Array.isArray(ignored) ? ignored.filter((name) => typeof name === 'string') : [],
    locale: typeof locale === 'string' ? locale : 'en',
  };
}
