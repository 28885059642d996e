import { TallyError, nearMiss, type Contract, type Workspace } from '../contracts/index.ts';
import { defaultSlo, readSlo, readSlos, type Slo } from './slo.ts';

/** A contract, and what it is held to under load. */
export interface ChosenLoad {
  readonly contract: Contract;
  readonly slo: Slo;
}

/** What a person asks for instead of what the SLO says. */
export interface LoadOverrides {
  readonly durationS?: number;
  readonly connections?: number;
  /** Only these operations are sent. Naming one allows it to write. */
  readonly operationIds?: readonly string[];
}

/** Where to look for loads. */
export interface LoadChoice {
  /** One SLO file, relative to the workspace or absolute; all of the workspace when absent. */
  readonly sloSource?: string;
  /** The target was named, so that an API needs no provider in `tally.yaml`. */
  readonly hasUrl?: boolean;
}

/**
 * Finds what there is to load: the SLO of one file; else every SLO of the workspace; else every API that has a provider,
 * or the bare document, with the default profile. Empty when there is none of them.
 *
 * @throws TallyError SLO_MISSING, SLO_INVALID, SLO_CONTRACT_UNKNOWN
 */
export async function chooseLoads(workspace: Workspace, choice: LoadChoice = {}): Promise<readonly ChosenLoad[]> {
  const apis = workspace.contracts.map(({ contract }) => contract).filter(({ kind }) => kind === 'openapi');
  if (choice.sloSource !== undefined) return [pair(apis, await readSlo(workspace.root, choice.sloSource), workspace)];
  const slos = workspace.configSource === undefined ? [] : await readSlos(workspace.root);
  if (slos.length > 0) return slos.map((slo) => pair(apis, slo, workspace));
  const reached = apis.filter((contract) => choice.hasUrl === true || isServed(workspace, contract));
  return reached.map((contract) => ({ contract, slo: defaultSlo(contract) }));
}

/** A bare document is what is meant, whatever name its title makes. */
function pair(apis: readonly Contract[], slo: Slo, workspace: Workspace): ChosenLoad {
  const [first] = apis;
  const contract = apis.find(({ name, version }) => name === slo.api && version === slo.version);
  if (contract !== undefined) return { contract, slo };
  if (workspace.configSource === undefined && apis.length === 1 && first !== undefined) return { contract: first, slo };
  const known = apis.map(({ name, version }) => `${name} ${version}`);
  const near = nearMiss(`${slo.api} ${slo.version}`, known);
  throw new TallyError({
    code: 'SLO_CONTRACT_UNKNOWN',
    where: String(slo.source),
    why: `there is no API ${slo.api} ${slo.version}; found ${known.length === 0 ? 'none' : known.join(', ')}`,
    fix: near === undefined ? 'correct "api" and "version"' : `did you mean ${near}?`,
  });
}

function isServed(workspace: Workspace, { name, version }: Contract): boolean {
  if (workspace.configSource === undefined) return true;
  return workspace.config.providers[name]?.versions[version] !== undefined;
}

/** The SLO with a person's wishes in place of its own. Gates on operations that are not sent are left out. */
export function withOverrides(slo: Slo, overrides: LoadOverrides): Slo {
  const { durationS, connections, operationIds = [] } = overrides;
  const profile = {
    ...slo.profile,
    ...(durationS === undefined ? {} : { durationS }),
    ...(connections === undefined ? {} : { connections }),
  };
  if (operationIds.length === 0) return { ...slo, profile };
  const operations = Object.fromEntries(operationIds.map((id) => [id, slo.operations?.[id] ?? { weight: 1 }]));
  const gates = slo.gates.filter(({ operationId }) => operationId === undefined || operationIds.includes(operationId));
  return { ...slo, profile, operations, operationsFrom: '--operation', gates };
}
