import { randomFillSync } from 'node:crypto';

/** A stream of random choices. One for each generated value, so that no request changes what another one gets. */
export interface Random {
  /** At least 0, less than 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  whole(min: number, max: number): number;
  /** @throws RangeError when there is nothing to pick */
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
  /** What counts as today, in ms since 1970: with a seed always the same day. */
  readonly nowMs: number;
}

/** The day on which every seeded answer is made. */
const SEEDED_NOW_MS = Date.UTC(2026, 0, 1);

/** The same choices for the same seed, on every machine. */
export function seededRandom(seed: string): Random {
  return randomOf(wordsOf(seed), SEEDED_NOW_MS);
}

/** Other choices each time. */
export function unseededRandom(nowMs: number): Random {
  return randomOf(randomFillSync(new Uint32Array(4)), nowMs);
}

function randomOf(words: ArrayLike<number>, nowMs: number): Random {
  const fraction = smallFastCounter(words);
  return {
    nowMs,
    fraction,
    whole: (min, max) => min + Math.floor(fraction() * (max - min + 1)),
    chance: (probability) => fraction() < probability,
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new RangeError('there is nothing to pick');
      return items[Math.floor(fraction() * items.length)] as T;
    },
  };
}

/** Chris Doty-Humphrey's sfc32, of his PractRand: 128 bits of state, passes all of its tests, and takes four additions. */
function smallFastCounter(words: ArrayLike<number>): () => number {
  let a = (words[0] ?? 0) | 0;
  let b = (words[1] ?? 0) | 0;
  let c = (words[2] ?? 0) | 0;
  let counter = (words[3] ?? 0) | 0;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // Similar seeds give similar first numbers.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Four words of the seed's characters: FNV-1a from four bases, and MurmurHash3's last mixing. */
function wordsOf(seed: string): readonly number[] {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((basis) => {
    let hash = basis;
    for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  });
}
