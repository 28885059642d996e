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

/**
 * Finds what there is to load: the SLO of one file; else every SLO of the workspace; else every API that has a provider,
 * or the bare document, with the default profile.
 *
 * @param sloSource relative to the workspace, or absolute
 * @throws TallyError SLO_MISSING, SLO_INVALID, SLO_CONTRACT_UNKNOWN, LOAD_NO_API
 */
export async function chooseLoads(workspace: Workspace, sloSource?: string): Promise<readonly ChosenLoad[]> {
  const apis = workspace.contracts.map(({ contract }) => contract).filter(({ kind }) => kind === 'openapi');
  if (apis.length === 0) throw noApi(workspace);
  if (sloSource !== undefined) return [pair(apis, await readSlo(workspace.root, sloSource), workspace)];
  const slos = workspace.configSource === undefined ? [] : await readSlos(workspace.root);
  if (slos.length > 0) return slos.map((slo) => pair(apis, slo, workspace));
  return apis
    .filter((contract) => isServed(workspace, contract))
    .map((contract) => ({ contract, slo: defaultSlo(contract) }));
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
    why: `there is no API ${slo.api} ${slo.version}; found ${known.join(', ')}`,
    fix: near === undefined ? 'correct "api" and "version"' : `did you mean ${near}?`,
  });
}

function isServed(workspace: Workspace, { name, version }: Contract): boolean {
  if (workspace.configSource === undefined) return true;
  return workspace.config.providers[name]?.versions[version] !== undefined;
}

function noApi(workspace: Workspace): TallyError {
  return new TallyError({
    code: 'LOAD_NO_API',
    where: workspace.root,
    why: 'none of its contracts describes an API',
    fix: 'add an OpenAPI document under contracts/apis/<name>/<version>',
  });
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
