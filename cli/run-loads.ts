import path from 'node:path';
import { runCheck, TallyError, type RunContext } from '../contracts/index.ts';
import type { ChosenLoad, LoadOverrides } from '../load/index.ts';
import type { Target } from '../suites/index.ts';

export interface RunLoadsOptions extends LoadOverrides {
  /** The target's base URL with its version's path; the provider that `tally.yaml` names when absent. */
  readonly url?: string;
  /** One SLO file; all of the workspace when absent. */
  readonly sloSource?: string;
  readonly allowHosts?: readonly string[];
  /** Names of the credentials that are sent besides the provider's own: those of `--header`. */
  readonly headers?: readonly string[];
}

/** Loads every API that the workspace has an SLO for, one after another, each provider started once. */
export async function runLoads(context: RunContext, options: RunLoadsOptions = {}): Promise<void> {
  const { chooseLoads, withOverrides } = await import('../load/index.ts');
  const { sloSource, url } = options;
  const chosen = await chooseLoads(context.workspace, {
    hasUrl: url !== undefined,
    ...(sloSource === undefined ? {} : { sloSource }),
  });
  const [first] = chosen;
  if (first === undefined) return await reportNothing(context);
  if (url === undefined && context.workspace.configSource === undefined) throw urlMissing(first);
  const loads = chosen.map(({ contract, slo }) => ({ contract, slo: withOverrides(slo, options) }));
  if (url !== undefined && loads.length > 1) throw ambiguous(loads);
  const targets = new Map<string, Target>();
  try {
    for (const load of loads) {
      if (context.signal.aborted) return;
      await runOne(context, options, load, targets);
    }
  } finally {
    await Promise.all([...targets.values()].map((target) => target.close()));
  }
}

/** A workspace of events and files, or without SLOs and providers, has nothing to load: said, not hidden. */
async function reportNothing(context: RunContext): Promise<void> {
  const reason = 'there is no SLO in load/slos, and no API with a provider in tally.yaml';
  const check = { id: 'load-run', suite: 'load', subject: context.workspace.config.name };
  await runCheck(context, check, () => ({ status: 'skipped', reason }));
}

async function runOne(
  context: RunContext,
  options: RunLoadsOptions,
  { contract, slo }: ChosenLoad,
  targets: Map<string, Target>,
): Promise<void> {
  const { runLoad } = await import('../load/index.ts');
  const { headersOf } = await import('../suites/index.ts');
  const url = options.url ?? (await targetOf(context, contract.name, targets)).baseUrl(contract.version);
  const { configSource, config, root } = context.workspace;
  const credential = config.providers[contract.name]?.credential;
  const names = [...(credential === undefined ? [] : [credential]), ...(options.headers ?? [])];
  await runLoad(context, {
    contract,
    slo,
    url,
    allowHosts: options.allowHosts ?? [],
    ...(configSource === undefined ? {} : { outDir: path.join(root, 'reports/out') }),
    ...(names.length === 0 ? {} : { authorize: () => headersOf(context, names, new URL(url).origin) }),
  });
}

async function targetOf(context: RunContext, apiName: string, targets: Map<string, Target>): Promise<Target> {
  const known = targets.get(apiName);
  if (known !== undefined) return known;
  const { startTarget } = await import('../suites/index.ts');
  const target = await startTarget(context, apiName);
  targets.set(apiName, target);
  return target;
}

function urlMissing({ contract }: ChosenLoad): TallyError {
  return new TallyError({
    code: 'URL_MISSING',
    where: contract.source,
    why: 'a document alone does not say which server to load',
    fix: 'add --url http://127.0.0.1:4010, with the path that it is served under',
  });
}

function ambiguous(loads: readonly ChosenLoad[]): TallyError {
  return new TallyError({
    code: 'LOAD_URL_AMBIGUOUS',
    where: '--url',
    why: `it names one target, but there are loads for ${loads.map(({ slo }) => slo.source ?? `${slo.api} ${slo.version}`).join(', ')}`,
    fix: 'choose one with --slo FILE, or name its document',
  });
}
