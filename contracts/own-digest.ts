import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a finding depends on besides the documents. A newer version of any of them may find other things. */
const LIBRARIES = [
  '@pactflow/openapi-pact-comparator',
  '@redocly/openapi-core',
  '@stoplight/spectral-core',
  '@stoplight/spectral-functions',
  '@stoplight/spectral-rulesets',
  'ajv',
  'ajv-formats',
  'yaml',
];

let known: string | undefined;

/** Our own code, the rulesets that ship with it and the versions of the libraries that judge, as one digest. */
export function ownDigest(): string {
  known ??= digest();
  return known;
}

function digest(): string {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  const hash = createHash('sha256').update(`node ${process.versions.node.split('.')[0]}`);
  for (const name of ['.', 'kinds', 'rules', 'rulesets', 'schemas']) {
    const files = readdirSync(path.join(folder, name), { withFileTypes: true }).filter((file) => file.isFile());
    for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      hash.update(`${name}/${file.name}\0`).update(readFileSync(path.join(folder, name, file.name)));
  }
  for (const name of LIBRARIES) hash.update(`${name} ${versionOf(name)}\0`);
  return hash.digest('hex');
}

const require = createRequire(import.meta.url);

/** Read from the manifest on disk: not every package exports its own. */
function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = path.join(folder, name, 'package.json');
    if (existsSync(file)) return /"version":\s*"([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  }
  return '';
}
