import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Finding, type Json, type JsonObject, type Where } from '../contracts/index.ts';
import { DECLARATION } from './pact-with.ts';

/** What the tests of one run wrote for one consumer and one provider. */
export interface MergedPact {
  readonly consumer: string;
  readonly provider: string;
  /** How many interactions the tests declared. */
  readonly declared: number;
  /** How many of those are in `pact`, or are equal to one that is. */
  readonly accounted: number;
  /** How many different interactions are in `pact`. */
  readonly interactions: number;
  readonly pact: JsonObject;
  /** Declared interactions that are not in `pact`. */
  readonly findings: readonly Finding[];
}

interface Declared {
  readonly consumer: string;
  readonly provider: string;
  readonly test: string;
  /** The line that declares it; the folder of the tests where the test framework does not tell. */
  readonly where: Where;
  readonly interactions: readonly JsonObject[];
}

/**
 * Merges the folders that `pactWith` wrote, one an interaction, into one pact for each consumer and provider. The same
 * tests give the same text, whatever order they ended in.
 */
export async function mergePacts(root: string, directory: string): Promise<readonly MergedPact[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('interaction-'));
  const real = await realpath(root);
  const declared = await Promise.all(names.map((name) => readDeclared(real, join(directory, name))));
  const pairs = new Map<string, Declared[]>();
  for (const each of declared) {
    const pair = JSON.stringify([each.consumer, each.provider]);
    pairs.set(pair, [...(pairs.get(pair) ?? []), each]);
  }
  return [...pairs.entries()].toSorted(byKey).map(([, members]) => mergePair(members));
}

/** The file name of a pact: names become path segments, so nothing that leads elsewhere stays in them. */
export function pactName(pact: { readonly consumer: string; readonly provider: string }): string {
  return `${pact.consumer}-${pact.provider}`.replaceAll(/[^\w.-]+/g, '_');
}

/** What makes two interactions the same one to Pact: the provider cannot tell them apart otherwise. */
export function interactionKey(interaction: JsonObject): string {
  return JSON.stringify([interaction['description'], interaction['providerStates'] ?? [], interaction['type']]);
}

async function readDeclared(root: string, folder: string): Promise<Declared> {
  const declaration: Json = JSON.parse(await readFile(join(folder, DECLARATION), 'utf8'));
  const member = (name: string): Json | undefined => (isObject(declaration) ? declaration[name] : undefined);
  const text = (name: string): string => {
    const value = member(name);
    return typeof value === 'string' ? value : '';
  };
  const source = relative(root, text('testPath') || root).replaceAll(sep, '/') || 'suites/consumers';
  const files = await readdir(join(folder, 'pact')).catch(() => []);
  const interactions = await Promise.all(files.map((file) => interactionsOf(join(folder, 'pact', file))));
  return {
    consumer: text('consumer'),
    provider: text('provider'),
    test: text('testName'),
    where: { source, pointer: '', line: Number(member('line') ?? 1), column: Number(member('column') ?? 1) },
    interactions: interactions.flat(),
  };
}

async function interactionsOf(path: string): Promise<readonly JsonObject[]> {
  const pact: Json = JSON.parse(await readFile(path, 'utf8'));
  return isObject(pact) && Array.isArray(pact['interactions']) ? pact['interactions'].filter(isObject) : [];
}

function mergePair(members: readonly Declared[]): MergedPact {
  const { consumer = '', provider = '' } = members[0] ?? {};
  const kept = new Map<string, { readonly interaction: JsonObject; readonly by: Declared }>();
  const findings: Finding[] = [];
  for (const member of members.toSorted(byTest)) {
    if (member.interactions.length === 0) findings.push(lost(member));
    for (const interaction of member.interactions) {
      const key = interactionKey(interaction);
      const first = kept.get(key);
      if (first === undefined) kept.set(key, { interaction, by: member });
      else if (!isDeepStrictEqual(first.interaction, interaction))
        findings.push(contradiction(first, interaction, member));
    }
  }
  const interactions = [...kept.entries()].toSorted(byKey).map(([, { interaction }]) => interaction);
  // Pact's own metadata name the versions of its libraries, which differ from machine to machine.
  const metadata = { pactSpecification: { version: '4.0' } };
  const pact = { consumer: { name: consumer }, interactions, metadata, provider: { name: provider } };
  const accounted = members.length - findings.length;
  return { consumer, provider, declared: members.length, accounted, interactions: interactions.length, pact, findings };
}

function byKey(one: readonly [string, unknown], other: readonly [string, unknown]): number {
  return one[0] < other[0] ? -1 : 1;
}

function byTest(one: Declared, other: Declared): number {
  return `${one.where.source} ${one.test}` < `${other.where.source} ${other.test}` ? -1 : 1;
}

function lost(declared: Declared): Finding {
  return {
    code: 'pact-interaction-lost',
    severity: 'error',
    message: `the test "${declared.test}" declares an interaction that was never written`,
    fix: 'call its executeTest once and await it; declare one interaction for each call',
    where: declared.where,
  };
}

function contradiction(
  first: { readonly interaction: JsonObject; readonly by: Declared },
  interaction: JsonObject,
  declared: Declared,
): Finding {
  const { description } = interaction;
  return {
    code: 'pact-interaction-contradiction',
    severity: 'error',
    message:
      `the tests "${first.by.test}" (${first.by.where.source}) and "${declared.test}" describe ` +
      `${JSON.stringify(description)} in the same provider states differently`,
    fix: 'give one of them another description or another provider state',
    expected: first.interaction,
    actual: interaction,
    where: declared.where,
  };
}
