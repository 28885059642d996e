import { stripReadOnlyProperties } from '@stoplight/prism-http/dist/utils/filterRequiredProperties.js';
import { mergeAllOf } from './prism-libraries.ts';
import type { JsonSchema } from './schema-judge.ts';

/** A schema that several media types share stays one, because Prism's compiled validators are found by it. */
const accepted = new WeakMap<JsonSchema, { readonly schema: JsonSchema | undefined }>();

/**
 * What a body is judged by: `allOf` merged into one where that is possible, without the properties that are `readOnly`.
 * @returns undefined when the whole is `readOnly`, so that nothing is asked of it
 */
export function acceptedSchema(schema: JsonSchema): JsonSchema | undefined {
  const known = accepted.get(schema);
  if (known !== undefined) return known.schema;
  const stripped = stripReadOnlyProperties(merged(schema));
  const result = { schema: 'value' in stripped ? stripped.value : undefined };
  accepted.set(schema, result);
  return result.schema;
}

/** Prism goes on with the schema as it is when it cannot be merged. */
function merged(schema: JsonSchema): JsonSchema {
  try {
    return mergeAllOf(schema, { deep: true, ignoreAdditionalProperties: true });
  } catch {
    return schema;
  }
}
