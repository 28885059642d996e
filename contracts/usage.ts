import type { Change } from './change.ts';
import { escapePointer, splitPointer, valueAt } from './json-pointer.ts';
import { isObject } from './json.ts';
import { FILES_KEY } from './load-document.ts';
import type { Contract } from './model.ts';
import { namedContract } from './named-contract.ts';
import { readTraffic } from './read-traffic.ts';
import type { RecordedUse } from './recorded-use.ts';
import { touchedPlaces, type TouchedPlaces } from './touched-places.ts';
import type { Workspace } from './workspace.ts';

/** Who uses what, as far as it is on record: pacts, and traffic that was recorded. */
export interface Usage {
  readonly uses: readonly RecordedUse[];
  /** The contracts of the workspace: a change says by its source which one it is of. */
  readonly contracts: readonly Contract[];
  /** Recordings that were found but could not be read, relative to the workspace root. */
  readonly unreadable: readonly string[];
}

/** Whom a change reaches. */
export interface Hurt {
  /** The most interactions first. */
  readonly consumers: readonly { readonly name: string; readonly interactions: number }[];
  /** True where the record does not say: that nobody is listed proves nothing then. */
  readonly unknown: boolean;
  /** `breaks checkout (2 interactions), nobody else uses it` */
  readonly text: string;
}

/**
 * Reads the pacts of the workspace and recorded traffic: the HAR files and journals (NDJSON) that are given, else those
 * in `mocks/journals/` and `reports/out/`.
 *
 * @param trafficFiles absolute, or relative to the workspace root
 * @throws TallyError TRAFFIC_UNREADABLE for a file that was given
 */
export async function readUsage(
  workspace: Pick<Workspace, 'root' | 'config' | 'contracts'>,
  trafficFiles: readonly string[],
): Promise<Usage> {
  const contracts = workspace.contracts.map(({ contract }) => contract);
  const ofPacts = contracts.flatMap((pact) => {
    if (pact.kind !== 'pact') return [];
    const named = namedContract(pact, workspace.config);
    return pact.interactions.map((interaction): RecordedUse => ({
      ...interaction,
      from: 'pact',
      consumer: interaction.consumer || pact.name,
      named,
    }));
  });
  const traffic = await readTraffic(workspace.root, trafficFiles);
  return { uses: [...ofPacts, ...traffic.uses], contracts, unreadable: traffic.unreadable };
}

/**
 * Whom a change hurts. A change of what is received hurts those on record as reading it, a change of what is sent those
 * who send it (or, where it must be sent now, those who do not), and a change of an operation everyone who calls it.
 * Recorded traffic says which operations are called and what is sent, never what a client reads of an answer.
 *
 * @param base the contract before the change; when absent, the one of the workspace that the change's source names
 */
export function whoIsHurt(change: Change, usage: Usage, base: Contract | undefined = baseOf(change, usage)): Hurt {
  if (base === undefined)
    return { consumers: [], unknown: true, text: 'who uses it is unknown: it is not in this workspace' };
  const uses = usesOf(usage, base);
  if (uses.length === 0) {
    const what = `no pact and no recorded traffic is for ${base.name} ${base.version}`;
    return { consumers: [], unknown: true, text: `who uses it is unknown: ${what}` };
  }
  const reached = uses.map((use) => ({ use: use.recorded, reach: reachOf(change, base, use) }));
  const consumers = counted(reached.filter(({ reach }) => reach === 'hurt').map(({ use }) => use));
  const callers = counted(reached.filter(({ reach }) => reach === 'unknown').map(({ use }) => use));
  return { consumers, unknown: callers.length > 0, text: sentence(change, consumers, callers) };
}

function baseOf(change: Change, { contracts }: Usage): Contract | undefined {
  const { source } = change.base ?? change.where;
  const inFolder = (contract: Contract): boolean => {
    const folder = contract.source.slice(0, contract.source.lastIndexOf('/') + 1);
    return folder !== '' && source.startsWith(folder);
  };
  return contracts.find((contract) => contract.source === source) ?? contracts.find(inFolder);
}

interface Use {
  readonly recorded: RecordedUse;
  readonly touched: TouchedPlaces;
}

const remembered = new WeakMap<Usage, WeakMap<Contract, readonly Use[]>>();

/** What is on record of one version, found once for all of its changes. */
function usesOf(usage: Usage, base: Contract): readonly Use[] {
  const byContract = remembered.get(usage) ?? new WeakMap<Contract, readonly Use[]>();
  remembered.set(usage, byContract);
  const known = byContract.get(base);
  if (known !== undefined) return known;
  const uses = usage.uses.flatMap((recorded) => {
    const touched = isFor(recorded, base, usage) ? touchedPlaces(base, recorded) : undefined;
    return touched === undefined ? [] : [{ recorded, touched }];
  });
  byContract.set(base, uses);
  return uses;
}

/** Traffic is for whatever it fits; a pact is for the version that it names, else for the newest. */
function isFor({ named }: RecordedUse, base: Contract, { contracts }: Usage): boolean {
  if (named === undefined) return true;
  if (named.name !== base.name) return false;
  if (named.version !== undefined) return named.version === base.version;
  const versions = contracts.filter(({ kind, name }) => kind === base.kind && name === base.name);
  const [newest, position] = [versions.at(-1), versions.findIndex(({ version }) => version === base.version)];
  return position === -1 || newest?.version === base.version;
}

type Reach = 'hurt' | 'unknown' | 'none';

function reachOf(change: Change, base: Contract, { recorded, touched }: Use): Reach {
  const { operation, direction } = change;
  if (operation !== undefined && !touched.names.some((name) => isNamed(operation, name))) return 'none';
  // What is new and has to be sent is sent by nobody yet.
  if (change.base === undefined && direction !== 'response') return 'hurt';
  const pointer = pointerInBase(change, base);
  const place = standing(pointer, base, touched.pointers);
  if (direction === 'request' && /required/.test(change.code))
    return touched.pointers.has(subjectOf(pointer, base)) ? 'none' : 'hurt';
  if (place === 'touched') return 'hurt';
  if (place === 'outside')
    return isWithinSchema(pointer) || operation === undefined ? unread(change, recorded) : 'hurt';
  return unread(change, recorded);
}

/** `GET /parcels/{parcelId}` itself, or a message after what happens to it: `receive parcelCreated`. */
function isNamed(operation: string, name: string): boolean {
  return operation === name || operation.endsWith(` ${name}`);
}

/** Nobody knows what a client on the wire reads of an answer. */
function unread({ direction }: Change, { from }: RecordedUse): Reach {
  return from === 'traffic' && direction !== 'request' ? 'unknown' : 'none';
}

/** The place as a pointer into the base document, which keeps other files under `x-tally-files`. */
function pointerInBase(change: Change, { document, source: own }: Contract): string {
  const { source, pointer } = change.base ?? change.revision ?? change.where;
  const files = document[FILES_KEY];
  if (source === own || !isObject(files)) return pointer;
  const key = Object.keys(files).find((file) => source.endsWith(`/${file.replace(/^(\.\.\/)+/, '')}`));
  return key === undefined ? pointer : `/${FILES_KEY}/${escapePointer(key)}${pointer}`;
}

/** Keywords whose members are places of their own: touching a schema is not touching each of its properties. */
const HOLDERS = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'parameters',
  'responses',
  'headers',
  'content',
  'callbacks',
  'links',
]);

/** Whether a place is one that is used, one beside those, or one that has nothing to do with them. */
function standing(pointer: string, base: Contract, touched: ReadonlySet<string>): 'touched' | 'apart' | 'outside' {
  const subject = subjectOf(pointer, base);
  if (touched.has(subject)) return 'touched';
  for (const each of touched) if (each.startsWith(`${subject}/`)) return 'touched';
  const keys = splitPointer(subject);
  for (let length = keys.length - 1; length > 0; length--) {
    const ancestor = `/${keys.slice(0, length).map(escapePointer).join('/')}`;
    if (!touched.has(ancestor)) continue;
    return HOLDERS.has(keys[length] ?? '') && keys.length > length + 1 ? 'apart' : 'touched';
  }
  return 'outside';
}

/** An entry of `required` is about the property that it names. */
function subjectOf(pointer: string, { document }: Contract): string {
  const [, schema, isEntry] = /^(.*)\/required(\/\d+)?$/.exec(pointer) ?? [];
  if (schema === undefined) return pointer;
  const name = isEntry === undefined ? undefined : valueAt(document, pointer);
  return typeof name === 'string' ? `${schema}/properties/${escapePointer(name)}` : schema;
}

function isWithinSchema(pointer: string): boolean {
  return /^\/(components\/(schemas|messages)|definitions|x-tally-files)\/|\/schema(\/|$)/.test(pointer);
}

type Counted = Hurt['consumers'];

function counted(uses: readonly RecordedUse[]): Counted {
  const counts = new Map<string, number>();
  for (const { consumer } of uses) counts.set(consumer, (counts.get(consumer) ?? 0) + 1);
  const entries = [...counts].map(([name, interactions]) => ({ name, interactions }));
  return entries.toSorted((a, b) => b.interactions - a.interactions || (a.name < b.name ? -1 : 1));
}

const VERBS = { error: 'breaks', warning: 'may break', info: 'reaches' } as const;

function sentence({ severity }: Change, consumers: Counted, callers: Counted): string {
  const unsure =
    callers.length === 0 ? '' : `${listed(callers, 'request')} called it, and what they read of the answer is unknown`;
  if (consumers.length === 0) return unsure === '' ? 'nobody on record uses it' : unsure;
  return `${VERBS[severity]} ${listed(consumers, 'interaction')}, ${unsure === '' ? 'nobody else uses it' : unsure}`;
}

function listed(consumers: Counted, noun: string): string {
  return consumers.map(({ name, interactions: n }) => `${name} (${n} ${noun}${n === 1 ? '' : 's'})`).join(', ');
}
