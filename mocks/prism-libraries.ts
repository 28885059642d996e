import { createRequire } from 'node:module';
import type { Ajv as Ajv7 } from 'ajv';
import type { Ajv2019 } from 'ajv/dist/2019.js';
import type { Ajv2020 } from 'ajv/dist/2020.js';

type Schema = Readonly<Record<string, unknown>>;
type SchemaMerger = (schema: Schema, options: { deep: boolean; ignoreAdditionalProperties: boolean }) => Schema;

interface SchemaSampler {
  /** @throws SchemaSizeExceededError after so many steps */
  sample(schema: object, options: { ticks: number }, document: object): unknown;
  readonly SchemaSizeExceededError: new () => Error;
}

/** A path template that reads the expressions' values out of a path. */
export interface UriTemplate {
  /**
   * @returns null when the path does not match
   * @throws URIError on a percent-encoding that cannot be decoded
   */
  match(path: string): Record<string, string | string[]> | null;
}

// What Prism itself requires, so that its words are ours: where it is installed, an application may have other versions.
const require = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-http'));
const load = (name: string): unknown => require(name);
const requireOfServer = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-http-server'));

export const { default: Ajv } = load('ajv') as { default: typeof Ajv7 };
export const { default: AjvDraft2019 } = load('ajv/dist/2019') as { default: typeof Ajv2019 };
export const { default: AjvDraft2020 } = load('ajv/dist/2020') as { default: typeof Ajv2020 };
export const { default: addFormats } = load('ajv-formats') as { default: (ajv: Ajv7) => unknown };
export const mergeAllOf = load('@stoplight/json-schema-merge-allof') as SchemaMerger;
export const { URI } = load('uri-template-lite') as { URI: { Template: new (template: string) => UriTemplate } };
export const sampler = load('@stoplight/json-schema-sampler') as SchemaSampler;
export const parsePreferHeader = requireOfServer('parse-prefer-header') as (header: string) => Record<string, unknown>;
