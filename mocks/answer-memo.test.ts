import { describe, expect, test } from '@jest/globals';
import { createAnswerMemo } from './answer-memo.ts';

const LIMITS = { entries: 8, bytes: 10_000 };

describe('what was answered before', () => {
  test('is found again', () => {
    const memo = createAnswerMemo<string>(LIMITS);
    memo.set('one', 'first', 10);
    expect(memo.get('one')).toBe('first');
    expect(memo.get('two')).toBeUndefined();
  });

  test('is forgotten when many others came after it', () => {
    const memo = createAnswerMemo<number>(LIMITS);
    for (let at = 0; at < 100; at++) memo.set(String(at), at, 10);
    const kept = Array.from({ length: 100 }, (_, at) => memo.get(String(at))).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(LIMITS.entries);
    expect(kept.at(-1)).toBe(99);
  });

  test('stays when it is asked for in between', () => {
    const memo = createAnswerMemo<number>(LIMITS);
    memo.set('often', -1, 10);
    for (let at = 0; at < 100; at++) {
      memo.set(String(at), at, 10);
      expect(memo.get('often')).toBe(-1);
    }
  });

  test('is forgotten when others take the bytes', () => {
    const memo = createAnswerMemo<number>({ entries: 1_000, bytes: 10_000 });
    for (let at = 0; at < 100; at++) memo.set(String(at), at, 1_000);
    const kept = Array.from({ length: 100 }, (_, at) => memo.get(String(at))).filter((value) => value !== undefined);
    expect(kept.length).toBeLessThanOrEqual(10);
  });

  test('is not kept at all when it is too big', () => {
    const memo = createAnswerMemo<number>(LIMITS);
    memo.set('big', 1, 9_000);
    expect(memo.get('big')).toBeUndefined();
  });
});
