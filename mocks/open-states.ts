import { readFile } from 'node:fs/promises';
import { didYouMean, fileReason, isObject, TallyError, type Contract, type Json } from '../contracts/index.ts';
import type { StateOptions } from './mock-options.ts';
import { createSandboxStates, type SandboxStates } from './sandbox-states.ts';
import { openStateFile } from './state-file.ts';

interface Surroundings {
  readonly contracts: readonly Pick<Contract, 'name' | 'version'>[];
  readonly seed: string | undefined;
  readonly warn: (text: string) => void;
}

/**
 * Opens what the mocks remember.
 *
 * @throws TallyError STATE_SEED_INVALID, and those of `openStateFile`
 */
export async function openStates({ file, seedFile }: StateOptions, around: Surroundings): Promise<SandboxStates> {
  const { contracts, seed: randomSeed, warn } = around;
  const content = seedFile === undefined ? undefined : await readSeed(seedFile, contracts);
  const seed = content === undefined || seedFile === undefined ? {} : { seed: { content, source: seedFile } };
  if (file === undefined) return createSandboxStates({ ...seed, randomSeed, warn });
  let states: SandboxStates | undefined;
  const { log, changes, cutBytes } = await openStateFile(file, { present: () => states?.present() ?? [] });
  if (cutBytes > 0) {
    warn(
      `${file}: its last line was cut off after ${cutBytes} bytes; that change was never acknowledged and is left out`,
    );
  }
  states = createSandboxStates({ ...seed, randomSeed, warn, log, changes });
  return states;
}

async function readSeed(file: string, contracts: Surroundings['contracts']): Promise<Json> {
  const content = await parsed(file);
  if (!isObject(content)) throw invalid(file, 'it is no JSON object', 'write { "/collection": [ { … }, … ] }');
  const names = contracts.flatMap(({ name, version }) => [name, `${name} ${version}`]);
  for (const name of Object.keys(content)) {
    if (name.startsWith('/') || names.includes(name)) continue;
    throw invalid(file, `nothing is mocked as ${name}${didYouMean(name, names)}`, `services are ${names.join(', ')}`);
  }
  return content;
}

async function parsed(file: string): Promise<Json> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw invalid(file, fileReason(cause), 'name a JSON file that can be read', cause);
  }
  try {
    const content: Json = JSON.parse(text);
    return content;
  } catch (cause) {
    throw invalid(
      file,
      `it is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'correct it',
      cause,
    );
  }
}

function invalid(where: string, why: string, fix: string, cause?: unknown): TallyError {
  return new TallyError({ code: 'STATE_SEED_INVALID', where, why, fix, cause });
}
