import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCheck, TallyError, targetUrl, type Contract, type Result, type RunContext } from '../contracts/index.ts';
import type { Authorization } from './authorize-operation.ts';
import { runConformance } from './conformance.ts';
import { runConnectivity } from './connectivity.ts';
import { runConsumerSuite } from './consumer-suite.ts';
import { runFailureSuite } from './failure-suite.ts';
import { runFileExchange } from './file-exchange.ts';
import { runProviderPacts } from './provider-pacts.ts';
import { resetProvider } from './reset-provider.ts';
import { startTarget, type Target } from './target.ts';
import { runWebhookDelivery } from './webhook-delivery.ts';

/** The suites, in the order in which they run: from "does it answer" to "does it do all that was agreed". */
export const SUITES = [
  'connectivity',
  'consumer',
  'provider',
  'conformance',
  'failure-modes',
  'files',
  'webhooks',
] as const;

export type SuiteName = (typeof SUITES)[number];

export interface VerifyOptions {
  /** Where the provider runs, in place of what `tally.yaml` says; for a bare document the base path included. */
  readonly url?: string;
  /** All unless told. */
  readonly suites?: readonly SuiteName[];
  /** Sends operations that change data to a server that is not ours. */
  readonly writes?: boolean;
  /** Writes the consumers' pacts into `contracts/pacts/`. */
  readonly updatePacts?: boolean;
  /** A credential of `tally.yaml`, in place of the provider's own. */
  readonly credential?: string;
  /** Names of the credentials that are sent with every request: those of `--header`. */
  readonly headers?: readonly string[];
}

/** What every step of a verification knows. */
interface Verification {
  readonly context: RunContext;
  readonly options: VerifyOptions;
  readonly wanted: (suite: SuiteName) => boolean;
}

/**
 * Verifies all that the workspace has contracts for. Each provider is started once and always stopped.
 *
 * @throws TallyError URL_MISSING, URL_INVALID, URL_AMBIGUOUS, CREDENTIAL_UNKNOWN, NOTHING_VERIFIED
 */
export async function runVerify(context: RunContext, options: VerifyOptions): Promise<void> {
  let results = 0;
  const emit = (result: Result): void => {
    results += 1;
    context.emit(result);
  };
  const scope = atUrl({ ...context, emit }, options);
  const verification = {
    context: scope,
    options,
    wanted: (suite: SuiteName) => options.suites?.includes(suite) ?? true,
  };
  if (scope.workspace.configSource === undefined) await verifyDocuments(verification);
  else await verifyWorkspace(verification);
  if (results === 0 && !context.signal.aborted) throw nothingVerified(options);
}

/** `--url` becomes configuration, so that the suites do not know of it. */
function atUrl(context: RunContext, { credential, headers = [], url }: VerifyOptions): RunContext {
  const { workspace } = context;
  const known = Object.keys(workspace.config.credentials).filter((name) => !headers.includes(name));
  if (credential !== undefined && !known.includes(credential)) throw credentialUnknown(credential, known);
  const config = { ...workspace.config, providers: providersAt(context, url) };
  return { ...context, workspace: { ...workspace, config } };
}

function providersAt(
  { workspace }: RunContext,
  url: string | undefined,
): RunContext['workspace']['config']['providers'] {
  const { providers } = workspace.config;
  if (url === undefined) return providers;
  targetUrl(url);
  const [only, second] = Object.entries(providers);
  if (!only) return providers;
  if (second)
    throw usage(
      'URL_AMBIGUOUS',
      '--url',
      `the workspace has several providers: ${Object.keys(providers).join(', ')}`,
      'name the document: tally verify contracts/apis/NAME/VERSION/openapi.yaml --url …',
    );
  const { start: _started, ...rest } = only[1];
  return { [only[0]]: { ...rest, url } };
}

/** Bare documents: nothing is known but where they are served. */
async function verifyDocuments({ context, options, wanted }: Verification): Promise<void> {
  const contracts = contractsOf(context, 'openapi');
  if (contracts.length > 0 && options.url === undefined) {
    throw usage(
      'URL_MISSING',
      contracts[0]?.source ?? '',
      'a document alone does not say which server to verify',
      'add --url http://127.0.0.1:8080',
    );
  }
  for (const contract of contracts) {
    const place = {
      contract,
      url: options.url ?? '',
      writes: options.writes ?? false,
      ...authorization(options, undefined),
    };
    const reached = !wanted('connectivity') || (await runConnectivity(context, place));
    if (!wanted('conformance')) continue;
    if (reached) await runConformance(context, place);
    else
      await skipSuite(context, 'conformance', `${contract.name} ${contract.version}`, 'the provider was not reached');
  }
  if (wanted('files')) await runFileExchange(context, {});
}

function authorization(options: VerifyOptions, ofProvider: string | undefined): Authorization {
  const credential = options.credential ?? ofProvider;
  return { ...(credential === undefined ? {} : { credential }), always: options.headers ?? [] };
}

async function verifyWorkspace(verification: Verification): Promise<void> {
  const { context, options, wanted } = verification;
  const needsProvider =
    wanted('connectivity') || wanted('provider') || wanted('conformance') || wanted('files') || wanted('webhooks');
  const providers: Provider[] = [];
  try {
    if (needsProvider) await startAll(verification, providers);
    if (wanted('connectivity')) for (const provider of providers) await checkConnectivity(verification, provider);
    const consumers = wanted('consumer')
      ? await runConsumerSuite(context, { updatePacts: options.updatePacts ?? false })
      : [];
    const fresh = await freshPacts(context, consumers);
    for (const provider of providers) await verifyProvider(verification, provider, fresh);
    if (wanted('failure-modes')) await runFailureSuite(context);
    if (wanted('files')) await verifyFiles(verification, providers);
    if (wanted('webhooks')) await verifyWebhooks(verification, providers);
  } finally {
    await Promise.all(providers.map(async ({ target }) => await target?.close()));
  }
}

interface Provider {
  readonly apiName: string;
  /** Absent when it could not be started. */
  readonly target: Target | undefined;
  /** The versions that it serves. */
  readonly contracts: readonly Contract[];
}

async function startAll({ context }: Verification, providers: Provider[]): Promise<void> {
  const apis = contractsOf(context, 'openapi');
  for (const [apiName, { versions }] of Object.entries(context.workspace.config.providers)) {
    const contracts = apis.filter(({ name, version }) => name === apiName && Object.hasOwn(versions, version));
    let target: Target | undefined;
    await runCheck(context, { id: 'provider-started', suite: 'connectivity', subject: apiName }, async () => {
      context.log.progress(`starting the provider of ${apiName}`);
      target = await startTarget(context, apiName);
      return {};
    });
    providers.push({ apiName, target, contracts });
  }
  for (const { name, version } of apis) {
    if (providers.some(({ contracts }) => contracts.some((one) => one.name === name && one.version === version)))
      continue;
    await skipSuite(context, 'connectivity', `${name} ${version}`, 'no provider of this version is configured');
  }
}

async function checkConnectivity(
  { context, options }: Verification,
  { apiName, target, contracts }: Provider,
): Promise<void> {
  if (!target) return;
  for (const contract of contracts) {
    await runConnectivity(context, {
      contract,
      url: target.baseUrl(contract.version),
      target,
      ...authorizationOf(context, options, apiName),
    });
  }
}

function authorizationOf(context: RunContext, options: VerifyOptions, apiName: string): Authorization {
  return authorization(options, context.workspace.config.providers[apiName]?.credential);
}

async function verifyProvider(
  verification: Verification,
  { apiName, target, contracts }: Provider,
  fresh: readonly string[],
): Promise<void> {
  const { context, options, wanted } = verification;
  if (wanted('provider')) await verifyPacts(verification, apiName, target, fresh);
  if (!wanted('conformance')) return;
  for (const contract of contracts) {
    if (!target)
      await skipSuite(context, 'conformance', `${contract.name} ${contract.version}`, 'the provider was not started');
    else {
      await resetProvider(context, target);
      const url = target.baseUrl(contract.version);
      await runConformance(context, {
        contract,
        url,
        target,
        writes: options.writes ?? false,
        ...authorizationOf(context, options, apiName),
      });
    }
  }
}

async function verifyPacts(
  verification: Verification,
  apiName: string,
  target: Target | undefined,
  fresh: readonly string[],
): Promise<void> {
  const { context, options } = verification;
  const pacts = fresh.length > 0 ? fresh : committedPacts(context, apiName);
  if (!target) await skipSuite(context, 'provider', apiName, 'the provider was not started');
  else if (isSpared(options)) await skipSuite(context, 'provider', apiName, SPARED);
  else if (pacts.length === 0 && !options.suites)
    await skipSuite(context, 'provider', apiName, 'no pact names this provider');
  else await runProviderPacts(context, { target, pacts });
}

const SPARED = 'it may change data on a server that is not ours (--writes sends it)';

/** A server that is only named on the command line has not agreed to be written to; one in `tally.yaml` has. */
function isSpared({ url, writes }: VerifyOptions): boolean {
  return url !== undefined && !writes;
}

const FRESH_PACTS = 'reports/out/pacts';

/** What the consumers said a moment ago. A pact of an earlier run that lies in the same folder is none of them. */
async function freshPacts(context: RunContext, consumers: readonly Result[]): Promise<readonly string[]> {
  const merged = consumers.filter(({ id }) => id === 'pacts-merged').map(({ subject }) => `${subject}.json`);
  const written = await readdir(join(context.workspace.root, FRESH_PACTS)).catch((): string[] => []);
  return merged.filter((name) => written.includes(name)).map((name) => `${FRESH_PACTS}/${name}`);
}

/** What they said when their pacts were committed. */
function committedPacts(context: RunContext, apiName: string): readonly string[] {
  return contractsOf(context, 'pact')
    .filter(
      ({ interactions }) => interactions.length === 0 || interactions.some(({ provider }) => provider === apiName),
    )
    .map(({ source }) => source);
}

async function verifyFiles({ context, options }: Verification, providers: readonly Provider[]): Promise<void> {
  await runFileExchange(context, {});
  for (const { apiName, target } of providers) {
    const files = context.workspace.config.providers[apiName]?.files ?? [];
    if (files.length === 0) continue;
    if (target && isSpared(options)) await skipSuite(context, 'files', apiName, SPARED);
    else if (target) await runFileExchange(context, { target, examples: false });
    else await skipSuite(context, 'files', apiName, 'the provider was not started');
  }
}

async function verifyWebhooks({ context, options }: Verification, providers: readonly Provider[]): Promise<void> {
  for (const { apiName, target } of providers) {
    if (context.workspace.config.providers[apiName]?.webhooks === undefined) continue;
    if (target) await runWebhookDelivery(context, { target, writes: options.writes ?? false });
    else await skipSuite(context, 'webhooks', apiName, 'the provider was not started');
  }
}

async function skipSuite(context: RunContext, suite: SuiteName, subject: string, reason: string): Promise<void> {
  await runCheck(context, { id: 'suite-run', suite, subject }, () => ({ status: 'skipped', reason }));
}

function contractsOf(context: RunContext, kind: Contract['kind']): readonly Contract[] {
  return context.workspace.contracts.map(({ contract }) => contract).filter((contract) => contract.kind === kind);
}

function usage(code: string, where: string, why: string, fix: string): TallyError {
  return new TallyError({ code, where, why, fix });
}

function credentialUnknown(name: string, known: readonly string[]): TallyError {
  return usage(
    'CREDENTIAL_UNKNOWN',
    `--credential ${name}`,
    `tally.yaml names ${known.join(', ') || 'no credential'}`,
    'give one of these, or add it to tally.yaml',
  );
}

function nothingVerified({ suites }: VerifyOptions): TallyError {
  return usage(
    'NOTHING_VERIFIED',
    'tally verify',
    `no check ran in ${suites?.join(', ') ?? 'any suite'}`,
    'name a provider in tally.yaml, add tests under suites/consumers, or choose other suites',
  );
}
