import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EXIT, TallyError } from '../contracts/index.ts';

/** For each text, whether the pattern is found in it. @throws TallyError PATTERN_TOO_SLOW, PATTERN_INVALID */
export type PatternMatcher = (pattern: string, texts: readonly string[]) => Promise<readonly boolean[]>;

/** A contract's pattern is not ours: `^(a+)+$` on 28 characters blocks the process for half a minute. */
const LIMIT_MS = 2000;

const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
try {
  const pattern = new RegExp(workerData.pattern, 'u');
  parentPort.postMessage(workerData.texts.map((text) => pattern.test(text)));
} catch (error) {
  parentPort.postMessage(String(error.message));
}
`;

/** Runs a pattern in a worker that is ended when it takes too long. */
export const matchPattern: PatternMatcher = async (pattern, texts) => {
  if (texts.length === 0) return [];
  const worker = new Worker(WORKER, { eval: true, workerData: { pattern, texts }, execArgv: [], env: {} });
  const late = setTimeout(() => void worker.terminate(), LIMIT_MS);
  try {
    const outcome = await Promise.race([
      once(worker, 'message').then(([message]: unknown[]) => message),
      once(worker, 'exit').then(() => undefined),
    ]);
    if (Array.isArray(outcome)) return outcome as boolean[];
    throw typeof outcome === 'string' ? invalid(pattern, outcome) : tooSlow(pattern);
  } finally {
    clearTimeout(late);
    await worker.terminate();
  }
};

function invalid(pattern: string, why: string): TallyError {
  return new TallyError({
    code: 'PATTERN_INVALID',
    where: `the pattern ${pattern}`,
    why,
    fix: 'correct the pattern in the contract',
  });
}

function tooSlow(pattern: string): TallyError {
  return new TallyError({
    code: 'PATTERN_TOO_SLOW',
    where: `the pattern ${pattern}`,
    why: `it took longer than ${LIMIT_MS} ms and was stopped`,
    fix: 'write it without nested repetition, such as (a+)+',
    exitCode: EXIT.inconclusive,
  });
}
