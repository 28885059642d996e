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
  return [...imports.flatMap(judgeOne), ...rings(imports)];
}

function judgeOne({ from, to, line }: Import): readonly string[] {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  const place = `${from}:${line}`;
  if (fromRoom !== toRoom) {
    const allowed = ARROWS[fromRoom];
    if (allowed === undefined) return [];
    if (!allowed.includes(toRoom)) return [`${place}  ${fromRoom} must not import ${toRoom} (${to})`];
    if (to !== `${toRoom}/index.ts`) return [`${place}  enter ${toRoom} through its index.ts, not ${to}`];
    return [];
  }
  const folder = PLUGIN_FOLDERS.find((candidate) => isPluginOf(candidate, from) && isPluginOf(candidate, to));
  if (folder === undefined || belongsTo(from, to)) return [];
  return [`${place}  a plugin must not import its sibling ${to}`];
}

function roomOf(path: string): string {
  return path.slice(0, Math.max(0, path.indexOf('/')));
}

/** `index.ts` is the list, not a plugin. */
function isPluginOf(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`) && path !== `${folder}/index.ts`;
}

/** Tests may compare plugins; `openapi-parameters.ts` is a part of the plugin `openapi.ts`. */
function belongsTo(from: string, to: string): boolean {
  const stem = (path: string): string => path.replace(/\.ts$/, '');
  return from.endsWith('.test.ts') || stem(from).startsWith(`${stem(to)}-`) || stem(to).startsWith(`${stem(from)}-`);
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
