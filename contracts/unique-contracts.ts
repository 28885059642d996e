import { locate } from './locate.ts';
import type { Contract, ParsedContract } from './model.ts';

/**
 * Gives every contract a name of its own: results are told apart by kind, name and version. Two with the same ones, say
 * two pacts of one consumer with one provider, get a number behind their name, and a finding.
 */
export function uniqueContracts(contracts: readonly ParsedContract[], root: string): readonly ParsedContract[] {
  const first = new Map<string, Contract>();
  return contracts.map((parsed) => {
    const { contract, findings } = parsed;
    const before = first.get(keyOf(contract));
    if (before === undefined) {
      first.set(keyOf(contract), contract);
      return parsed;
    }
    const renamed = { ...contract, name: freeName(contract, first) };
    first.set(keyOf(renamed), renamed);
    return { contract: renamed, findings: [...findings, repeated(renamed, contract, before, root)] };
  });
}

function keyOf({ kind, name, version }: Pick<Contract, 'kind' | 'name' | 'version'>): string {
  return `${kind} ${name} ${version}`;
}

function freeName(contract: Contract, taken: ReadonlyMap<string, Contract>): string {
  for (let number = 2; ; number++) {
    const name = `${contract.name}-${number}`;
    if (!taken.has(keyOf({ ...contract, name }))) return name;
  }
}

function repeated(
  renamed: Contract,
  contract: Contract,
  before: Contract,
  root: string,
): ParsedContract['findings'][number] {
  return {
    code: 'contract-repeated',
    severity: 'warning',
    message: `${before.source} has the name ${contract.name} and the version ${contract.version}, too; this one is called ${renamed.name} here`,
    fix: contract.kind === 'pact' ? 'merge the two pacts into one file' : 'give one of them another title or version',
    where: locate(root, contract, ''),
  };
}
