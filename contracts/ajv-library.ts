import { createRequire } from 'node:module';
import type { Ajv } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);

/** What we use of the library. */
interface AjvLibrary {
  readonly Ajv: typeof Ajv;
  readonly Ajv2020: typeof Ajv2020;
  readonly addFormats: typeof addFormats.default;
}

/** The library, loaded when the first schema needs it, and by `require`, as `yaml-library.ts` does and says why. */
export function ajvLibrary(): AjvLibrary {
  const draft7 = require('ajv') as Pick<AjvLibrary, 'Ajv'>;
  const draft2020 = require('ajv/dist/2020.js') as Pick<AjvLibrary, 'Ajv2020'>;
  const formats = require('ajv-formats') as { readonly default: AjvLibrary['addFormats'] };
  return { Ajv: draft7.Ajv, Ajv2020: draft2020.Ajv2020, addFormats: formats.default };
}
