import { readFile } from 'node:fs/promises';
import type { ErrorObject } from 'ajv';
import { explainSchemaError, type SchemaMistake } from './explain-schema-error.ts';
import { splitPointer } from './json-pointer.ts';
import { isObject, type JsonObject } from './json.ts';
import { knownCodes } from './known-codes.ts';
import { nearMiss } from './near-miss.ts';
import { plainSecrets } from './plain-secrets.ts';

/** One mistake in `tally.yaml`. */
export type ConfigProblem = SchemaMistake;

/** Every departure of a parsed `tally.yaml` from its published schema, and what a schema cannot say. */
export async function problemsIn(value: unknown): Promise<readonly ConfigProblem[]> {
  if (!isObject(value))
    return [{ path: [], why: 'the file holds no map', fix: 'begin with "version: 1" and "name: …"' }];
  const data = withoutEmpty(value);
  const { Ajv } = await import('ajv');
  const validate = new Ajv({ allErrors: true, verbose: true, strict: true, strictRequired: false }).compile(
    await schema(),
  );
  if (validate(data)) return relations(data);
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if' && error.propertyName === undefined);
  return [...uniqueByPlace(errors.map(explain)), ...relations(data)];
}

async function schema(): Promise<JsonObject> {
  const parsed: JsonObject = JSON.parse(await readFile(new URL('schemas/tally.schema.json', import.meta.url), 'utf8'));
  return parsed;
}

/** `providers:` with nothing after it is YAML's null, and means the same as no providers. */
function withoutEmpty(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([name, member]) => member !== null || name === 'name' || name === 'version'),
  );
}

/** Several branches of a schema may complain about one place: the first says it best. */
function uniqueByPlace(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const seen = new Map(
    problems.toReversed().map((problem) => [problem.path.join('\n') + (problem.key === true ? '\nkey' : ''), problem]),
  );
  return [...seen.values()];
}

function explain(error: ErrorObject): ConfigProblem {
  const path = splitPointer(error.instancePath);
  if (isSecretPlace(path)) return secretProblem(error, path);
  if (error.keyword !== 'false schema') return explainSchemaError(error, 'tally.yaml');
  return {
    path,
    key: true,
    why: `"${path.at(-1)}" does not belong to a credential of this type`,
    fix: 'take it out, or change "type"',
  };
}

/** `credentials.<name>.value` and what is in it: nothing of it is ever printed, it may be the secret itself. */
function isSecretPlace(path: readonly string[]): boolean {
  return path[0] === 'credentials' && path[2] === 'value';
}

const REFERENCE = 'name where it is kept: { from: env:NAME }, { from: file:path } or { from: "command:…" }';

function secretProblem(error: ErrorObject, path: readonly string[]): ConfigProblem {
  const of = `the credential "${path[1]}"`;
  if (error.keyword === 'required')
    return { path, key: true, why: `${of} does not say where its secret is kept`, fix: REFERENCE };
  if (error.keyword === 'const')
    return { path, why: '"otherwise" must be "generate"', fix: 'write "otherwise: generate", or take it out' };
  if (error.keyword === 'additionalProperties') {
    return { path, key: true, why: `"value" of ${of} has only the keys "from" and "otherwise"`, fix: REFERENCE };
  }
  return {
    path,
    why: `${of} seems to hold the secret itself; it must not stand in this file`,
    fix: `${REFERENCE}, and change the secret if this file was shared`,
  };
}

/** What the schema cannot say in words that a person understands. */
function relations(config: JsonObject): readonly ConfigProblem[] {
  return [
    ...providerProblems(config),
    ...credentialProblems(config),
    ...severityProblems(config),
    ...plainSecrets(config),
  ];
}

function providerProblems(config: JsonObject): readonly ConfigProblem[] {
  const credentials = membersOf(config['credentials']);
  return Object.entries(membersOf(config['providers'])).flatMap(([name, provider]) => {
    const members = membersOf(provider);
    const webhooks = membersOf(members['webhooks']);
    const path = ['providers', name];
    return [
      ...urlOrStart(path, name, members),
      ...knownCredential([...path, 'credential'], members['credential'], credentials, false),
      ...knownCredential([...path, 'webhooks', 'credential'], webhooks['credential'], credentials, true),
    ];
  });
}

function urlOrStart(path: readonly string[], name: string, provider: JsonObject): readonly ConfigProblem[] {
  const given = Number('url' in provider) + Number('start' in provider);
  if (given === 1) return [];
  const why =
    given === 0
      ? `the provider "${name}" has neither "url" nor "start"`
      : `the provider "${name}" has both "url" and "start"`;
  return [
    { path, key: true, why, fix: 'give exactly one: "url" of a provider that runs already, or "start" with a command' },
  ];
}

function knownCredential(
  path: readonly string[],
  name: unknown,
  credentials: JsonObject,
  signs: boolean,
): readonly ConfigProblem[] {
  if (typeof name !== 'string') return [];
  if (!Object.hasOwn(credentials, name)) {
    const near = nearMiss(name, Object.keys(credentials));
    return [
      {
        path,
        why: `there is no credential "${name}"`,
        fix: near === undefined ? `add it under "credentials:"` : `did you mean "${near}"?`,
      },
    ];
  }
  const isWebhook = membersOf(credentials[name])['type'] === 'webhook';
  if (isWebhook === signs) return [];
  const why = signs
    ? `the credential "${name}" is no signing secret`
    : `the credential "${name}" only signs webhooks, it authorises no request`;
  return [{ path, why, fix: signs ? 'name a credential of type webhook' : 'name a credential of another type' }];
}

function credentialProblems(config: JsonObject): readonly ConfigProblem[] {
  return Object.entries(membersOf(config['credentials'])).flatMap(([name, credential]) => {
    const members = membersOf(credential);
    if (members['type'] !== 'oauth2' || Number('tokenUrl' in members) + Number('tokenPath' in members) === 1) return [];
    const why = `the credential "${name}" needs exactly one of "tokenUrl" and "tokenPath"`;
    return [
      {
        path: ['credentials', name],
        key: true,
        why,
        fix: 'give "tokenPath" for a token endpoint on the provider, "tokenUrl" for another host',
      },
    ];
  });
}

/** A severity for a code that nothing has would never be looked at. */
function severityProblems(config: JsonObject): readonly ConfigProblem[] {
  const codes = Object.keys(membersOf(membersOf(config['gates'])['severities']));
  if (codes.length === 0) return [];
  const known = knownCodes();
  return codes
    .filter((code) => !known.has(code))
    .map((code) => {
      const near = nearMiss(code, known);
      return {
        path: ['gates', 'severities', code],
        key: true,
        why: `no change and no check has the code "${code}"`,
        fix:
          near === undefined
            ? 'copy the code from the output of tally diff or tally check; rules of the linter are set in contracts/rulesets'
            : `did you mean "${near}"?`,
      };
    });
}

function membersOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
