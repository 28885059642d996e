import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Rulesets of the workspace, absolute; in our own repository ours is not read twice. */
export async function ownRulesets(root: string): Promise<readonly string[]> {
  const folder = path.join(root, 'contracts', 'rulesets');
  const inFolder = await readdir(folder).catch(() => []);
  const inRoot = await readdir(root).catch(() => []);
  const own = inFolder.filter((name) => /\.ya?ml$/.test(name) && name !== 'tally.yaml').toSorted();
  return [
    ...own.map((name) => path.join(folder, name)),
    ...inRoot.filter((name) => /^\.spectral\.ya?ml$/.test(name)).map((name) => path.join(root, name)),
  ];
}

/** Rulesets and the files that they extend or take functions from, each once. */
export async function withExtended(rulesets: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  const waiting = [...rulesets];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    found.add(file);
    waiting.push(...namedIn(text, path.dirname(file)));
  }
  return [...found].toSorted();
}

/** Whatever looks like a relative path to a ruleset or to code: too many cost nothing, too few a stale result. */
function namedIn(text: string, folder: string): readonly string[] {
  const names = [...text.matchAll(/[\w@./-]+\.(?:ya?ml|json|[cm]?js)\b/g)].map(([name]) => name);
  const functions = [...text.matchAll(/^\s*functions:\s*\[([^\]]*)\]|^\s*-\s*([\w-]+)\s*$/gm)].flatMap(
    ([, list, name]) => (list ?? name ?? '').split(',').map((each) => `functions/${each.trim()}.js`),
  );
  return [...names, ...functions].map((name) => path.resolve(folder, name));
}
