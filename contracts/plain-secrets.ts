import type { SchemaMistake } from './explain-schema-error.ts';
import { isObject, type JsonObject } from './json.ts';
import { createRedactor } from './redact.ts';
import { isSecretName } from './secret-names.ts';

/**
 * Values of `tally.yaml` that look like secrets, by name, by shape or as the password of an address: `env: { API_KEY: … }`,
 * `command: "TOKEN=… node main.js"`, `url: https://user:…@host`. None is printed. References to secrets are checked elsewhere.
 */
export function plainSecrets(config: JsonObject): readonly SchemaMistake[] {
  return textsIn(config, [])
    .filter(holdsSecret)
    .map(({ path }) => ({
      path,
      why: `"${path.at(-1)}" seems to hold a secret; it must not stand in this file`,
      fix: 'keep it elsewhere and name it under "credentials:" ({ from: env:NAME }); a provider that is started gets it in that variable',
    }));
}

interface Text {
  readonly path: readonly string[];
  readonly value: string;
}

function textsIn(value: unknown, path: readonly string[]): readonly Text[] {
  if (path[0] === 'credentials' && path[2] === 'value') return [];
  if (typeof value === 'string') return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => textsIn(item, [...path, String(index)]));
  return isObject(value) ? Object.entries(value).flatMap(([name, item]) => textsIn(item, [...path, name])) : [];
}

function holdsSecret({ path, value }: Text): boolean {
  // Our own keys are known not to hold secrets; the names in `env` are the author's.
  if (value !== '' && path.at(-2) === 'env' && isSecretName(path.at(-1) ?? '', 'member')) return true;
  return createRedactor('').url(value) !== value;
}
