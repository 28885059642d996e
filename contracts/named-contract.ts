import type { Config } from './config.ts';
import { compareVersions } from './compare-versions.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Contract, ContractKind, ParsedContract } from './model.ts';

/** Which contract a pact is held against. */
export interface NamedContract {
  /** The provider's name, which is the API's or the events' name. */
  readonly name: string;
  /** What the pact or `tally.yaml` asks for; absent is the newest. */
  readonly version?: string;
  /** Into the pact: what names it. */
  readonly pointer: string;
}

/**
 * The contract that a pact names. Its version is the first that is given of: `consumers.<name>.contracts` in `tally.yaml`,
 * `metadata.tally.contract` in the pact (`2.0.0` or `parcels 2.0.0`), and the provider's `version` there.
 */
export function namedContract(pact: Contract, config: Config): NamedContract {
  const { document } = pact;
  const consumer = textAt(document, ['consumer', 'name']) ?? '';
  const provider = textAt(document, ['provider', 'name']) ?? '';
  const [, written, inMetadata] =
    /^(?:(.*?)[ @])?([^ @]+)$/.exec(textAt(document, ['metadata', 'tally', 'contract']) ?? '') ?? [];
  const name = written ?? provider;
  const told = config.consumers[consumer]?.contracts[name];
  if (told !== undefined) return { name, version: told, pointer: '/consumer' };
  if (inMetadata !== undefined) return { name, version: inMetadata, pointer: '/metadata/tally/contract' };
  const ofProvider = textAt(document, ['provider', 'version']);
  return ofProvider === undefined
    ? { name, pointer: '/provider' }
    : { name, version: ofProvider, pointer: '/provider/version' };
}

/** Every version of a contract, oldest first. */
export function versionsOf(
  contracts: readonly ParsedContract[],
  kind: ContractKind,
  name: string,
): readonly Contract[] {
  return contracts
    .map(({ contract }) => contract)
    .filter((contract) => contract.kind === kind && contract.name === name)
    .toSorted((a, b) => compareVersions(a.version, b.version));
}

function textAt(document: JsonObject, keys: readonly string[]): string | undefined {
  let value: unknown = document;
  for (const key of keys) value = isObject(value) ? value[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
