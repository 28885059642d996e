import { createRequire } from 'node:module';
import { resetJSONSchemaGenerator } from '@stoplight/prism-http';
import type { Json, JsonObject } from '../contracts/index.ts';

interface SchemaFaker {
  option(name: string, value: unknown): void;
  locate(name: 'faker'): { setLocale(locale: Json): void };
}

/** Prism's own copy of its generator: an `import` would load a second one, whose settings Prism does not see. */
const { JSONSchemaFaker } = (() => {
  const require = createRequire(import.meta.url);
  const requireOfPrism = createRequire(require.resolve('@stoplight/prism-http'));
  return requireOfPrism('json-schema-faker') as { JSONSchemaFaker: SchemaFaker };
})();

/**
 * Gives the generator this document's settings. They are global, and a seeded call leaves its random numbers behind for
 * whoever comes next; several documents are served here, so they are set anew before each generated answer.
 */
export function prepareGenerator(settings: JsonObject): void {
  resetJSONSchemaGenerator();
  for (const [name, value] of Object.entries(settings)) {
    if (name === 'locale') JSONSchemaFaker.locate('faker').setLocale(value);
    else JSONSchemaFaker.option(camelCase(name), value);
  }
}

function camelCase(name: string): string {
  return name.replace(/[-_ ]+(\w)/g, (_, letter: string) => letter.toUpperCase());
}
