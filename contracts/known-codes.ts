import { checkCodes } from './check-codes.ts';
import { eventCodes } from './event-codes.ts';
import { fileCodes } from './file-codes.ts';
import { rules } from './rules/index.ts';
import { schemaCodes } from './schema-codes.ts';

/** Every code of a finding of the static gates whose severity can be set; the linter's rules are set in its rulesets. */
export function knownCodes(): ReadonlySet<string> {
  const listed = [...rules.flatMap(({ codes }) => codes), ...eventCodes, ...fileCodes];
  return new Set([
    ...listed.map(({ code }) => code),
    ...schemaCodes,
    ...checkCodes,
    // Of whole contracts, see `diffRevisions`.
    'contract-added',
    'contract-removed',
  ]);
}
