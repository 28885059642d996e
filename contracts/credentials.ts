import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { commandOutput, type CommandOutcome } from './command-output.ts';
import type { CredentialConfig, SecretReference } from './config.ts';
import { TallyError } from './error.ts';
import { nearMiss } from './near-miss.ts';
import { fetchToken, type Token } from './oauth-token.ts';
import type { Redactor } from './redact.ts';
import type { Workspace } from './workspace.ts';

/** The one place where credentials are read. Nothing else reads a secret from the environment, a file or a command. */
export interface Credentials {
  /** The raw secret of a credential. @throws TallyError CREDENTIAL_UNKNOWN, CREDENTIAL_NOT_SET */
  secret(name: string): Promise<string>;
  /** Whether a secret that was asked for has been made up for this run. */
  isGenerated?(name: string): boolean;
  /**
   * The headers that authorise a request with this credential; an OAuth2 token is fetched from `tokenUrl` (or
   * `baseUrl` + `tokenPath`) and kept until shortly before it expires.
   *
   * @throws TallyError CREDENTIAL_UNKNOWN, CREDENTIAL_NOT_SET, CREDENTIAL_SIGNS_ONLY, TOKEN_UNREACHABLE, TOKEN_REFUSED,
   *   TOKEN_INVALID
   */
  authorize(name: string, baseUrl: string): Promise<Readonly<Record<string, string>>>;
  /** The variables that a process we start needs to know the same secrets: `env:` references by their name. */
  environment(): Promise<Readonly<Record<string, string>>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Every value that it resolves or fetches is told to the redactor before it is returned. */
export function openCredentials(
  workspace: Pick<Workspace, 'configSource' | 'root' | 'config'>,
  redactor: Pick<Redactor, 'addSecret'>,
  env: Environment = process.env,
): Credentials {
  const configs = workspace.config.credentials;
  const secrets = new Map<string, Promise<string>>();
  const generated = new Map<string, string>();
  const tokens = new Map<string, Promise<Token>>();

  function secret(name: string): Promise<string> {
    return remembered(secrets, name, async () => {
      const config = configOf(configs, name);
      const value = (await resolve(config.value, name, workspace.root, env)) ?? generate(config, name);
      redactor.addSecret(value);
      return value;
    });
  }

  /** Two credentials that name one variable have one secret: the process that gets it can know only one. */
  function generate(config: CredentialConfig, name: string): string {
    if (config.value.otherwise !== 'generate') throw notSet(name, config.value, workspace.configSource);
    const value = generated.get(config.value.from) ?? randomSecret(config.type);
    generated.set(config.value.from, value);
    return value;
  }

  async function token(name: string, config: OAuth2, baseUrl: string): Promise<string> {
    const url = config.tokenUrl ?? joined(baseUrl, config.tokenPath ?? '');
    const key = `${name} ${url}`;
    const before = tokens.get(key);
    const known = await before?.catch(() => undefined);
    // Somebody else may have renewed it while we looked at it.
    if (known !== undefined && Date.now() >= known.goodUntilMs && tokens.get(key) === before) tokens.delete(key);
    const fresh = await remembered(tokens, key, async () => {
      const fetched = await fetchToken({
        credential: name,
        url,
        clientId: config.clientId,
        clientSecret: await secret(name),
        scopes: config.scopes,
      });
      redactor.addSecret(fetched.accessToken);
      return fetched;
    });
    return fresh.accessToken;
  }

  return {
    secret,
    isGenerated: (name) => generated.has(configOf(configs, name).value.from),
    async authorize(name, baseUrl) {
      const config = configOf(configs, name);
      if (config.type === 'webhook') throw signsOnly(name);
      if (config.type === 'oauth2') return { authorization: `Bearer ${await token(name, config, baseUrl)}` };
      const value = await secret(name);
      if (config.type === 'apiKey') return { [config.header.toLowerCase()]: value };
      if (config.type === 'bearer') return { authorization: `Bearer ${value}` };
      return { authorization: `Basic ${Buffer.from(`${config.username}:${value}`).toString('base64')}` };
    },
    async environment() {
      const entries: [string, string][] = [];
      for (const [name, config] of Object.entries(configs)) {
        if (config.value.from.startsWith('env:'))
          entries.push([config.value.from.slice('env:'.length), await secret(name)]);
      }
      return Object.fromEntries(entries);
    },
  };
}

type OAuth2 = Extract<CredentialConfig, { type: 'oauth2' }>;

/** One attempt at a time, shared by all who ask; a failed one is not remembered. */
function remembered<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}

function configOf(configs: Readonly<Record<string, CredentialConfig>>, name: string): CredentialConfig {
  const config = Object.hasOwn(configs, name) ? configs[name] : undefined;
  if (config !== undefined) return config;
  const near = nearMiss(name, Object.keys(configs));
  throw new TallyError({
    code: 'CREDENTIAL_UNKNOWN',
    where: 'tally.yaml',
    why: `there is no credential "${name}"`,
    fix: near === undefined ? 'add it under "credentials:"' : `did you mean "${near}"?`,
  });
}

/** The secret behind a reference; undefined where it is not set or empty. */
async function resolve(
  reference: SecretReference,
  name: string,
  root: string,
  env: Environment,
): Promise<string | undefined> {
  const at = reference.from.indexOf(':');
  const rest = reference.from.slice(at + 1);
  const value = await { env: fromEnvironment, file: fromFile, command: fromCommand }[schemeOf(reference, name)](rest, {
    name,
    root,
    env,
  });
  return value === undefined || value === '' ? undefined : value;
}

interface Place {
  readonly name: string;
  readonly root: string;
  readonly env: Environment;
}

/** The schema has checked it already; a configuration that was put together in memory has not been. */
function schemeOf(reference: SecretReference, name: string): 'env' | 'file' | 'command' {
  const scheme = reference.from.split(':', 1)[0];
  if (scheme === 'env' || scheme === 'file' || scheme === 'command') return scheme;
  throw new TallyError({
    code: 'CREDENTIAL_NOT_A_REFERENCE',
    where: `the credential "${name}"`,
    why: 'it seems to hold the secret itself; it must not stand in the configuration',
    fix: 'name where it is kept: env:NAME, file:path or command:…',
  });
}

async function fromEnvironment(variable: string, { env }: Place): Promise<string | undefined> {
  return env[variable];
}

async function fromFile(file: string, { root }: Place): Promise<string | undefined> {
  const text = await readFile(path.resolve(root, file), 'utf8').catch(() => undefined);
  return text?.replace(/\r?\n$/, '');
}

/** A command may take its time to unlock a vault, but must not hang a build. */
const COMMAND_TIMEOUT_MS = 10_000;

/** Neither output nor error output goes into an error: either may hold the secret. */
async function fromCommand(command: string, { name, root, env }: Place): Promise<string | undefined> {
  const outcome = await commandOutput(command, { cwd: root, env: { ...env }, timeoutMs: COMMAND_TIMEOUT_MS });
  if ('output' in outcome) return outcome.output.replace(/\r?\n$/, '');
  throw commandFailed(name, howItEnded(outcome));
}

function howItEnded(outcome: Exclude<CommandOutcome, { readonly output: string }>): string {
  switch (outcome.failure) {
    case 'timeout':
      return `took longer than ${COMMAND_TIMEOUT_MS / 1000} s`;
    case 'too-much-output':
      return 'printed more than any secret has';
    case 'not-started':
      return 'could not be started';
    default:
      return `ended with exit code ${outcome.exitCode ?? 'unknown'}`;
  }
}

function commandFailed(name: string, how: string): TallyError {
  return new TallyError({
    code: 'CREDENTIAL_COMMAND_FAILED',
    where: `the credential "${name}"`,
    why: `its command ${how}`,
    fix: 'run the command of this credential in tally.yaml by hand to see why; its output is not shown here, it may hold the secret',
  });
}

function notSet(name: string, reference: SecretReference, configSource: string | undefined): TallyError {
  const [scheme, rest] = [reference.from.split(':', 1)[0], reference.from.slice(reference.from.indexOf(':') + 1)];
  const fixes: Record<string, string> = {
    env: `set the environment variable ${rest}`,
    file: `write the secret into the file ${rest}`,
    command: 'let the command of this credential print the secret',
  };
  return new TallyError({
    code: 'CREDENTIAL_NOT_SET',
    where: `the credential "${name}"`,
    why: scheme === 'command' ? 'its command printed nothing' : `${reference.from} is not set`,
    fix: `${fixes[scheme ?? ''] ?? 'set it'}${configSource === undefined ? '' : `, or add "otherwise: generate" to its value in ${configSource} where any secret will do`}`,
  });
}

function signsOnly(name: string): TallyError {
  return new TallyError({
    code: 'CREDENTIAL_SIGNS_ONLY',
    where: `the credential "${name}"`,
    why: 'it is a webhook signing secret, which is never sent',
    fix: 'name a credential of type apiKey, basic, bearer or oauth2',
  });
}

/** Standard Webhooks asks for 24 to 64 random bytes; the others get as many, in characters that need no encoding. */
function randomSecret(type: CredentialConfig['type']): string {
  const bytes = randomBytes(32);
  return type === 'webhook' ? `whsec_${bytes.toString('base64')}` : bytes.toString('base64url');
}

function joined(baseUrl: string, tokenPath: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${tokenPath}`;
}
