import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  compareVersions,
  EXIT,
  isObject,
  runCheck,
  TallyError,
  type Json,
  type RunContext,
} from '../contracts/index.ts';
import type { VerifierJob, VerifierOutcome } from './pact-verifier-process.ts';
import { judgeInteraction, type VerifiedInteraction } from './judge-interaction.ts';
import { INTERACTION_HEADER, readPact, type PactFile, type PactInteraction } from './read-pact.ts';
import { readVerification, type Verification } from './read-verification.ts';
import type { Target } from './target.ts';

export interface ProviderPactsOptions {
  readonly target: Target;
  /** Pact files, relative to the workspace root. Those of other providers are left out. */
  readonly pacts: readonly string[];
  /** Whole verification of one pact; 30 s and 10 s an interaction unless told. */
  readonly timeoutMs?: number;
}

const SUITE = 'provider';
const ID = 'pact-interaction';
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Holds the provider to every pact that its consumers wrote, with Pact's own verifier in a process of its own (it prints
 * to the standard output by itself, and may crash): one result for each interaction.
 */
export async function runProviderPacts(context: RunContext, options: ProviderPactsOptions): Promise<void> {
  let interactions = 0;
  for (const source of options.pacts) {
    const pact = await readPact(context.workspace.root, source);
    if (pact.provider !== options.target.apiName) continue;
    interactions += pact.interactions.length;
    context.log.progress(`provider: ${pact.consumer} → ${pact.provider}, ${pact.interactions.length} interactions`);
    await verifyPact(context, options, pact);
  }
  if (interactions === 0) await reportNone(context, options);
}

async function reportNone(context: RunContext, { target, pacts }: ProviderPactsOptions): Promise<void> {
  await runCheck(context, { id: 'pacts-found', suite: SUITE, subject: target.apiName }, () => {
    throw new TallyError({
      code: 'PACTS_NONE',
      where: pacts.length === 0 ? 'contracts/pacts' : pacts.join(', '),
      why: `no interaction with the provider ${target.apiName} is there to verify`,
      fix: 'run the consumer suite with --update-pacts, or leave the provider suite out',
      exitCode: EXIT.inconclusive,
    });
  });
}

async function verifyPact(context: RunContext, options: ProviderPactsOptions, pact: PactFile): Promise<void> {
  const outcome = await attempt(async () => {
    options.target.assertAlive();
    const verified = await runVerifier(context, options, pact);
    options.target.assertAlive();
    return verified;
  });
  for (const [index, interaction] of pact.interactions.entries()) {
    const subject = subjectOf(pact, interaction);
    await runCheck(context, { id: ID, suite: SUITE, subject }, () => {
      if ('thrown' in outcome) throw outcome.thrown;
      return judgeInteraction(context, pact, interaction, outcome.value[index] ?? UNSEEN);
    });
  }
}

type Attempt<T> = { readonly value: T } | { readonly thrown: unknown };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return { thrown };
  }
}

function subjectOf(pact: PactFile, { description, states }: PactInteraction): string {
  const given = states.length === 0 ? '' : ` (given ${states.join(', ')})`;
  return `${pact.consumer} → ${pact.provider} · ${description}${given}`;
}

/** What the verifier left out. */
const UNSEEN: VerifiedInteraction = { stateFailures: [] };

async function runVerifier(
  context: RunContext,
  options: ProviderPactsOptions,
  pact: PactFile,
): Promise<readonly VerifiedInteraction[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tally-verifier-'));
  try {
    const pactFile = join(directory, 'pact.json');
    await writeFile(pactFile, JSON.stringify(withIndices(pact)));
    const job = await jobOf(context, options, pact, pactFile);
    const timeoutMs = options.timeoutMs ?? 30_000 + REQUEST_TIMEOUT_MS * pact.interactions.length;
    const outcome = await runChild(context, options.target, job, timeoutMs);
    if (outcome.json === undefined) throw crashed(pact.source, outcome.error ?? 'it said nothing');
    const verifications = readVerification(outcome.json, pact);
    return verifications.map((verification, index) => verified(outcome, verification, index));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function verified(
  outcome: VerifierOutcome,
  verification: Verification | undefined,
  index: number,
): VerifiedInteraction {
  const exchange = outcome.exchanges.find((one) => one.index === index)?.exchange;
  return {
    ...(verification ? { verification } : {}),
    ...(exchange ? { exchange } : {}),
    stateFailures: outcome.stateFailures,
  };
}

/** A copy whose requests say which interaction they belong to: the verifier's JSON names them by description alone. */
function withIndices(pact: PactFile): Json {
  const interactions = pact.document['interactions'];
  if (!Array.isArray(interactions)) return pact.document;
  const numbered = interactions.map((interaction: Json, index) => {
    if (!isObject(interaction) || !isObject(interaction['request'])) return interaction;
    const { headers } = interaction['request'];
    const request = {
      ...interaction['request'],
      headers: { ...(isObject(headers) ? headers : {}), [INTERACTION_HEADER]: String(index) },
    };
    return { ...interaction, request };
  });
  return { ...pact.document, interactions: numbered };
}

async function jobOf(
  context: RunContext,
  { target }: ProviderPactsOptions,
  pact: PactFile,
  pactFile: string,
): Promise<VerifierJob> {
  const provider = context.workspace.config.providers[pact.provider];
  const urlOf = (path: string | undefined) => (path === undefined ? undefined : new URL(path, `${target.url}/`).href);
  const [statesUrl, messagesUrl] = [urlOf(provider?.statesPath), urlOf(provider?.messagesPath)];
  if (statesUrl === undefined && pact.interactions.some(({ states }) => states.length > 0)) {
    context.log.warn(
      `${pact.source} names provider states, and providers.${pact.provider}.statesPath is not set: they are not set up`,
    );
  }
  const interactions = await Promise.all(
    pact.interactions.map(async (interaction) => ({
      baseUrl: baseUrlFor(context, target, interaction),
      headers: await credentialHeaders(context, target, interaction),
    })),
  );
  return {
    pactFile,
    provider: pact.provider,
    interactions,
    origin: target.url,
    ...(statesUrl === undefined ? {} : { statesUrl }),
    ...(messagesUrl === undefined ? {} : { messagesUrl }),
    timeoutMs: REQUEST_TIMEOUT_MS,
  };
}

/**
 * A pact's paths are those of the client, which is given a base URL: they belong under a version's path unless they name
 * one. The newest version is the one that consumers are written against.
 */
function baseUrlFor(context: RunContext, target: Target, { path }: PactInteraction): string {
  const versions = context.workspace.config.providers[target.apiName]?.versions ?? {};
  const prefixes = Object.values(versions).map((prefix) => prefix.replace(/\/+$/, ''));
  const named = prefixes.some((prefix) => prefix !== '' && (path === prefix || path?.startsWith(`${prefix}/`)));
  const newest = Object.keys(versions).toSorted(compareVersions).at(-1);
  return named || newest === undefined ? target.url : target.baseUrl(newest);
}

/**
 * The pact carries placeholders for credentials; the real ones replace them. An interaction about being refused keeps what
 * it has.
 */
async function credentialHeaders(
  context: RunContext,
  target: Target,
  interaction: PactInteraction,
): Promise<Readonly<Record<string, string>>> {
  if (interaction.type === 'message' || interaction.status === 401 || interaction.status === 403) return {};
  const { config } = context.workspace;
  const preferred = config.providers[target.apiName]?.credential;
  const placeholders = Object.entries(config.credentials).find(
    ([, credential]) =>
      credential.type === 'apiKey' && interaction.requestHeaders.includes(credential.header.toLowerCase()),
  );
  const name = interaction.requestHeaders.includes('authorization') ? preferred : (placeholders?.[0] ?? preferred);
  if (name === undefined) return {};
  const headers = await context.credentials.authorize(name, target.url);
  return Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]));
}

/** One child, one job, one answer; killed when it takes too long, when the run is interrupted or when the provider dies. */
async function runChild(
  context: RunContext,
  target: Target,
  job: VerifierJob,
  timeoutMs: number,
): Promise<VerifierOutcome> {
  const child = spawnVerifier();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => context.log.debug(context.redactor.text(text.trimEnd())));
  }
  const kill = (): boolean => child.kill('SIGKILL');
  context.signal.addEventListener('abort', kill, { once: true });
  const timer = setTimeout(kill, timeoutMs);
  try {
    const ended = once(child, 'exit').then(() => undefined);
    const answered = once(child, 'message').then(([outcome]: unknown[]) => outcome as VerifierOutcome);
    child.send(job);
    const first = await Promise.race([answered, ended, target.died]);
    if (first instanceof TallyError) throw first;
    if (first) return first;
    context.signal.throwIfAborted();
    throw crashed(job.provider, `it ended without an answer, or took more than ${timeoutMs} ms`);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', kill);
    kill();
  }
}

function spawnVerifier(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const entry = new URL(source ? './pact-verifier-process.ts' : './pact-verifier-process.js', import.meta.url);
  const loader = source ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
  const { HTTP_PROXY: _a, HTTPS_PROXY: _b, http_proxy: _c, https_proxy: _d, NODE_OPTIONS: _e, ...env } = process.env;
  return spawn(process.execPath, [...loader, fileURLToPath(entry)], {
    // Pact reports every verification to a public analytics service unless told not to.
    env: { ...env, PACT_DO_NOT_TRACK: 'true' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function crashed(where: string, why: string): TallyError {
  return new TallyError({
    code: 'PACT_VERIFIER_FAILED',
    where,
    why: `Pact's verifier could not run: ${why}`,
    fix: 'run again with --debug to see what the verifier printed',
    exitCode: EXIT.inconclusive,
  });
}
