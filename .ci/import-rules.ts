/** One import of one of our files: both paths relative to the project's root, with forward slashes. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** Who may import whom. Nobody imports `cli`. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  mocks: ['contracts'],
  suites: ['contracts', 'mocks'],
  load: ['contracts', 'mocks'],
  reports: ['contracts'],
  cli: ['contracts', 'mocks', 'suites', 'load', 'reports'],
};

/** Folders in which every file but `index.ts` is a plugin, which knows the room but not its siblings. */
const PLUGIN_FOLDERS = [
  'contracts/kinds',
  'contracts/rules',
  'contracts/signatures',
  'mocks/faults',
  'suites/checks',
  'load/profiles',
  'reports/formats',
  'cli/commands',
];

/** What is wrong with the imports of the house: wrong arrows, side doors, plugins that know each other, rings. */
export function judgeImports(imports: readonly Import[]): readonly string[] {
  // A folder's list says what its plugins are.
  const plugins = imports
    .filter(({ from, to }) =>
      PLUGIN_FOLDERS.some((folder) => from === `${folder}/index.ts` && to.startsWith(`${folder}/`)),
    )
    .map(({ to }) => stemOf(to));
  return [...imports.flatMap((each) => judgeOne(each, plugins)), ...rings(imports)];
}

function judgeOne({ from, to, line }: Import, plugins: readonly string[]): readonly string[] {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  const place = `${from}:${line}`;
  if (fromRoom !== toRoom) {
    const allowed = ARROWS[fromRoom];
    if (allowed === undefined) return [];
    if (!allowed.includes(toRoom)) return [`${place}  ${fromRoom} must not import ${toRoom} (${to})`];
    if (to !== `${toRoom}/index.ts`) return [`${place}  enter ${toRoom} through its index.ts, not ${to}`];
    return [];
  }
  const [fromPlugin, toPlugin] = [pluginOf(from, plugins), pluginOf(to, plugins)];
  const isFine =
    fromPlugin === undefined || toPlugin === undefined || fromPlugin === toPlugin || from.endsWith('.test.ts');
  return isFine ? [] : [`${place}  a plugin must not import its sibling ${to}`];
}

function roomOf(path: string): string {
  return path.slice(0, Math.max(0, path.indexOf('/')));
}

function stemOf(path: string): string {
  return path.replace(/(\.test)?\.ts$/, '');
}

/** The plugin that a file belongs to: `kinds/openapi-parameters.ts` is a part of `kinds/openapi.ts`. */
function pluginOf(path: string, plugins: readonly string[]): string | undefined {
  const stem = stemOf(path);
  return plugins.find((plugin) => plugin === stem) ?? plugins.find((plugin) => stem.startsWith(`${plugin}-`));
}

/** Every ring once, starting at its alphabetically first file. */
function rings(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) found.add(ringText(trail.slice(at)));
    if (at >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of [...targets.keys()].toSorted()) visit(file, []);
  return [...found];
}

function ringText(ring: readonly string[]): string {
  const first = ring.indexOf(ring.toSorted()[0] ?? '');
  const turned = [...ring.slice(first), ...ring.slice(0, first)];
  return `ring: ${[...turned, turned[0]].join(' -> ')}`;
}
