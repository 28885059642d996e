import { joinPointer } from './json-pointer.ts';
import type { JsonObject } from './json.ts';
import { schemaAt, type Form } from './schema-form.ts';

/**
 * Without alternatives or conditions it is known what `unevaluatedProperties` and `unevaluatedItems` are about: what no
 * part of the schema names. They are then a part like any other. (JSON Schema 2020-12 §11)
 */
export function settleUnevaluated(form: Form, schema: JsonObject, pointer: string): void {
  const isKnown = form.unions.length + form.conditions.length + form.dependentSchemas.size === 0;
  const properties = partIn(schema, 'unevaluatedProperties', pointer);
  if (properties !== undefined && !isKnown) form.unevaluatedProperties.push(properties);
  if (properties !== undefined && isKnown) settleProperties(form, properties);
  const items = partIn(schema, 'unevaluatedItems', pointer);
  if (items !== undefined && !isKnown) form.unevaluatedItems.push(items);
  if (items !== undefined && isKnown) settleItems(form, items);
}

function partIn(schema: JsonObject, keyword: string, pointer: string): string | undefined {
  const value = schema[keyword];
  return value === undefined || value === true ? undefined : schemaAt(joinPointer(pointer, keyword));
}

function settleProperties(form: Form, part: string): void {
  // With `additionalProperties` anywhere every property is evaluated.
  if (form.objects.some((each) => each.others.length > 0)) return;
  const named = form.objects.flatMap((each) => [...each.properties.keys()]);
  const patterns = form.objects.flatMap((each) => [...each.patterns.keys()]);
  form.objects.push({
    properties: new Map(named.map((name) => [name, []])),
    patterns: new Map(patterns.map((pattern) => [pattern, []])),
    others: [part],
  });
}

function settleItems(form: Form, part: string): void {
  if (form.arrays.some((each) => each.others.length > 0) || form.contains.length > 0) return;
  const length = Math.max(0, ...form.arrays.map((each) => each.prefix.length));
  form.arrays.push({ prefix: Array.from({ length }, () => []), others: [part] });
}
