import { createContext, Script } from 'node:vm';
import { safeLength } from './pattern-effort.ts';

/** A pattern of a contract, which never blocks the process, whatever it is and whatever it is held against. */
export interface BoundedPattern {
  /** Whether it is found in the text; undefined where that took too long, and from then on for every text that may. */
  test(text: string): boolean | undefined;
  /** It has taken too long once, and is not tried any more. */
  readonly isCondemned: boolean;
}

/** For one text. `^(a+)+$` takes half a minute for 28 characters, a pattern that is meant well some microseconds. */
const LIMIT_MS = 100;
/** For all texts together, as far as they were slow: thousands of values may each stay just below the limit. */
const ALLOWANCE_MS = 1000;
const SLOW_MS = 10;
/** On a busy machine the time may have gone to others. */
const MAX_TRIES = 3;

/**
 * Runs a pattern directly where its form promises that it is quick (`safeLength`), and otherwise under a watchdog: starting
 * that takes a tenth of a millisecond or several. V8 can be interrupted in the middle of a match.
 */
export function boundedPattern(pattern: RegExp, safe: number = safeLength(pattern)): BoundedPattern {
  let spentMs = 0;
  let isCondemned = false;
  return {
    get isCondemned() {
      return isCondemned;
    },
    test(text) {
      if (text.length <= safe) return pattern.test(text);
      if (isCondemned) return undefined;
      const start = performance.now();
      const isFound = runWatched(pattern, text);
      const tookMs = performance.now() - start;
      if (tookMs > SLOW_MS) spentMs += tookMs;
      isCondemned = isFound === undefined || spentMs > ALLOWANCE_MS;
      return isFound;
    },
  };
}

interface Watched {
  readonly script: Script;
  /** Where the script finds what it works on. */
  readonly globals: { pattern: RegExp | undefined; text: string };
}

let watched: Watched | undefined;

function openWatched(): Watched {
  const globals = { pattern: undefined, text: '' };
  createContext(globals);
  return { script: new Script('pattern.test(text)'), globals };
}

function runWatched(pattern: RegExp, text: string): boolean | undefined {
  watched ??= openWatched();
  const { script, globals } = watched;
  try {
    Object.assign(globals, { pattern, text });
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const before = process.cpuUsage();
      const isFound = runOnce(script, globals);
      if (isFound !== undefined) return isFound;
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1000 >= LIMIT_MS / 2) return undefined;
    }
    return undefined;
  } finally {
    Object.assign(globals, { pattern: undefined, text: '' });
  }
}

function runOnce(script: Script, globals: object): boolean | undefined {
  try {
    return script.runInContext(globals, { timeout: LIMIT_MS }) === true;
  } catch {
    // Interrupted, or out of stack on a text of many megabytes.
    return undefined;
  }
}
