import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { signalWithin } from './signal-within.ts';

test('a time limit fires also when the garbage was collected before', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: unknown = runInNewContext('gc');
  if (typeof collectGarbage !== 'function') throw new Error('this Node.js does not let its garbage be collected');
  const signal = signalWithin(new AbortController().signal, 100);
  const aborted = once(signal, 'abort').then(() => 'aborted');
  // Only a later turn of the event loop may collect what this one made.
  const collecting = setInterval(() => void collectGarbage(), 20);
  const outcome = await Promise.race([aborted, delay(3_000, 'never', { ref: false })]).finally(() =>
    clearInterval(collecting),
  );
  expect(outcome).toBe('aborted');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('the signal itself aborts at once', () => {
  const controller = new AbortController();
  const signal = signalWithin(controller.signal, 60_000);
  controller.abort(new Error('interrupted'));
  expect(signal.reason).toEqual(new Error('interrupted'));
});
