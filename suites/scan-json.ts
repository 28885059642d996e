import type { Json } from '../contracts/index.ts';

/** A JSON text as a value, and what `JSON.parse` would have passed over in silence. */
export type ScannedJson =
  | { readonly value: Json; readonly traps: readonly Trap[] }
  | { readonly why: string; readonly line: number };

/** A member that comes twice (the last one wins, RFC 8259 §4), or an integer that a double cannot hold. */
interface Trap {
  readonly code: 'v21-json-duplicate-key' | 'v21-json-integer-too-large';
  readonly message: string;
  readonly pointer: string;
}

const MAX_DEPTH = 100;

/** Checks the text with `JSON.parse`, then walks over its tokens once. */
export function scanJson(text: string): ScannedJson {
  const depth = depthOf(text);
  if (depth > MAX_DEPTH) return { why: `it is nested more than ${MAX_DEPTH} deep`, line: 1 };
  try {
    const value: Json = JSON.parse(text);
    return { value, traps: trapsOf(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(why)?.[1] ?? 0);
    return { why, line: text.slice(0, position).split('\n').length };
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[[\]{}:,]/g;

/** Counted before parsing: `JSON.parse` recurses. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, (depth += 1));
    else if (token === '}' || token === ']') depth -= 1;
  }
  return deepest;
}

interface Level {
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

function trapsOf(text: string): readonly Trap[] {
  const traps: Trap[] = [];
  const levels: Level[] = [];
  const pointer = (): string =>
    levels.map(({ keys, key, index }) => `/${keys ? key.replaceAll('~', '~0').replaceAll('/', '~1') : index}`).join('');
  let expectsKey = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') levels.push({ keys: token === '{' ? new Set() : undefined, key: '', index: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level) level.index += 1;
    else if (level?.keys && expectsKey) {
      const key: unknown = JSON.parse(token);
      level.key = String(key);
      if (level.keys.has(level.key))
        traps.push({ code: 'v21-json-duplicate-key', message: `the key ${token} comes twice`, pointer: pointer() });
      level.keys.add(level.key);
    } else if (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))) {
      traps.push({
        code: 'v21-json-integer-too-large',
        message: `the integer ${token} is beyond 2^53`,
        pointer: pointer(),
      });
    }
    expectsKey = token === '{' || (token === ',' && levels.at(-1)?.keys !== undefined);
  }
  return traps;
}
