import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

const require = createRequire(import.meta.url);
let loaded: typeof Yaml | undefined;

/**
 * The library, loaded when the first document needs it: a check that repeats what it remembers parses nothing, and would
 * spend a tenth of its time on the 72 files. By `require`, because most callers do not wait for anything.
 */
export function yaml(): typeof Yaml {
  loaded ??= require('yaml') as typeof Yaml;
  return loaded;
}
