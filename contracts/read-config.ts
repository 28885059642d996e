import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { problemsIn, type ConfigProblem } from './check-config.ts';
import type { Config, CredentialConfig, ProviderConfig } from './config.ts';
import { TallyError } from './error.ts';
import type { Severity } from './finding.ts';
import { aliasPlace, aliasReason, yamlReason } from './parse-document.ts';
import { fileReason } from './thrown.ts';
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
  if (problems.length > 0) throw configInvalid(source, problems, (problem) => positionOf(document, lines, problem));
  return withDefaults(value as RawConfig);
}

/** Positions of things in a `tally.yaml` that was read before; for mistakes that show only next to the contracts. */
export async function configError(
  file: string,
  source: string,
  problems: readonly ConfigProblem[],
): Promise<TallyError> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  return configInvalid(source, problems, (problem) => positionOf(document, lines, problem));
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

/** All mistakes at once, in the order of the file; the first one's place is the error's. */
function configInvalid(
  source: string,
  problems: readonly ConfigProblem[],
  place: (problem: ConfigProblem) => Place,
): TallyError {
  const sorted = problems
    .map((problem) => ({ ...problem, ...place(problem) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const at = (problem: Place): string => `${source}:${problem.line}:${problem.column}`;
  const [first] = sorted;
  if (first === undefined) throw new Error('an error without a problem');
  return new TallyError({
    code: 'CONFIG_INVALID',
    where: at(first),
    why: sorted
      .map((problem, index) => (index === 0 ? problem.why : `${at(problem)} ${problem.why}`))
      .join('\n       '),
    fix: [...new Set(sorted.map((problem) => problem.fix))].join('; '),
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
  readonly mock?: { readonly host?: string; readonly port?: number } | null;
  readonly gates?: { readonly failOn?: Severity } | null;
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
    mock: { host: raw.mock?.host ?? '127.0.0.1', port: raw.mock?.port ?? 4010 },
    gates: { failOn: raw.gates?.failOn ?? 'error' },
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
