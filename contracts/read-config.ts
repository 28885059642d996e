import { readFile } from 'node:fs/promises';
import type { Document } from 'yaml';
import { problemsIn, type ConfigProblem } from './check-config.ts';
import type { Config, CredentialConfig, MockConfig, ProviderConfig } from './config.ts';
import { TallyError } from './error.ts';
import type { Severity } from './finding.ts';
import { mistakesError } from './mistakes-error.ts';
import { aliasPlace, aliasReason, yamlReason } from './parse-document.ts';
import { fileReason } from './thrown.ts';
import { yaml } from './yaml-library.ts';
import { positionOf } from './yaml-position.ts';

/**
 * Reads and checks `tally.yaml` and fills in its defaults.
 *
 * @throws TallyError CONFIG_UNREADABLE (no YAML), CONFIG_INVALID (with every mistake in it, each with its line)
 */
export async function readConfig(file: string, source: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TallyError({
      code: 'CONFIG_UNREADABLE',
      where: source,
      why: fileReason(cause),
      fix: 'make the file readable',
      cause,
    });
  });
  return parseConfig(text, source);
}

/** The same for text that is in memory; `source` names it in errors. */
export async function parseConfig(text: string, source: string): Promise<Config> {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  // Its own error messages quote the line, which may hold a secret: prettyErrors off.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw unreadable(source, { line, column: col }, yamlReason(broken.code, broken.message), broken);
  }
  const value = plainData(document, text, source);
  const problems = await problemsIn(value);
  if (problems.length > 0)
    throw mistakesError('CONFIG_INVALID', source, problems, (problem) => positionOf(document, lines, problem));
  return withDefaults(value as RawConfig);
}

/** Positions of things in a `tally.yaml` that was read before; for mistakes that show only next to the contracts. */
export async function configError(
  file: string,
  source: string,
  problems: readonly ConfigProblem[],
): Promise<TallyError> {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  return mistakesError('CONFIG_INVALID', source, problems, (problem) => positionOf(document, lines, problem));
}

/** The configuration that stands in where a document is checked without a workspace. */
export function defaultConfig(name: string): Config {
  return withDefaults({ name });
}

function plainData(document: Document, text: string, source: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw unreadable(source, aliasPlace(text, cause), aliasReason(cause), cause);
  }
}

function unreadable(source: string, { line, column }: Place, why: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'CONFIG_UNREADABLE',
    where: `${source}:${line}:${column}`,
    why,
    fix: 'correct the file at this place',
    cause,
  });
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** `tally.yaml` as the schema lets it pass. */
interface RawConfig {
  readonly name: string;
  readonly providers?: Readonly<Record<string, RawProvider | null>> | null;
  readonly credentials?: Readonly<Record<string, RawCredential>> | null;
  readonly consumers?: Readonly<
    Record<string, { readonly contracts?: Readonly<Record<string, string>> } | null>
  > | null;
  readonly mock?: Partial<MockConfig> | null;
  readonly gates?: {
    readonly failOn?: Severity;
    readonly severities?: Readonly<Record<string, Severity>>;
  } | null;
  readonly load?: { readonly enabled?: boolean } | null;
}

type Start = NonNullable<ProviderConfig['start']>;
type RawProvider = Omit<Partial<ProviderConfig>, 'start'> & {
  readonly start?: Partial<Start> & Pick<Start, 'command'>;
};
type RawCredential = CredentialConfig extends infer Each
  ? Each extends { readonly type: 'oauth2' }
    ? Omit<Each, 'scopes'> & { readonly scopes?: readonly string[] }
    : Each
  : never;

function withDefaults(raw: RawConfig): Config {
  return {
    name: raw.name,
    providers: mapValues(raw.providers ?? {}, providerWithDefaults),
    credentials: mapValues(raw.credentials ?? {}, (credential) =>
      credential.type === 'oauth2' ? { ...credential, scopes: credential.scopes ?? [] } : credential,
    ),
    consumers: mapValues(raw.consumers ?? {}, (consumer) => ({ contracts: consumer?.contracts ?? {} })),
    mock: { host: '127.0.0.1', port: 4010, ...raw.mock },
    gates: {
      failOn: raw.gates?.failOn ?? 'error',
      ...(raw.gates?.severities === undefined ? {} : { severities: raw.gates.severities }),
    },
    load: { enabled: raw.load?.enabled ?? true },
  };
}

function providerWithDefaults(raw: RawProvider | null): ProviderConfig {
  const { start, ...rest } = raw ?? {};
  return {
    ...rest,
    ...(start === undefined ? {} : { start: { readyPath: '/', timeoutMs: 30_000, env: {}, ...start } }),
    versions: rest.versions ?? {},
    files: rest.files ?? [],
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
