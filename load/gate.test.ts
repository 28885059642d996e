import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { GateSyntaxError, parseGate } from './gate.ts';

function syntaxErrorOf(text: string): { position: number; why: string; fix: string } {
  try {
    parseGate(text);
  } catch (thrown) {
    if (thrown instanceof GateSyntaxError) return { position: thrown.position, why: thrown.message, fix: thrown.fix };
    throw thrown;
  }
  throw new Error(`${text} was read`);
}

describe('a gate in k6’s grammar', () => {
  test.each([
    ['p(99) < 250', { kind: 'percentile', percent: 99 }, '<', 250],
    ['p(99.9)<=1.5s', { kind: 'percentile', percent: 99.9 }, '<=', 1500],
    ['  med < 20ms ', { kind: 'percentile', percent: 50 }, '<', 20],
    ['avg < 100', { kind: 'avg' }, '<', 100],
    ['min >= 1', { kind: 'min' }, '>=', 1],
    ['max < 2 s', { kind: 'max' }, '<', 2000],
    ['rate(errors) < 0.1%', { kind: 'errorRate' }, '<', 0.001],
    ['rate(errors) <= 0.01', { kind: 'errorRate' }, '<=', 0.01],
    ['rate(requests) > 100', { kind: 'requestRate' }, '>', 100],
    ['count > 10', { kind: 'count', of: 'requests' }, '>', 10],
    ['count(errors) < 5', { kind: 'count', of: 'errors' }, '<', 5],
  ])('reads %s', (text, metric, comparison, limit) => {
    expect(parseGate(text)).toEqual({ text: text.trim(), metric, comparison, limit });
  });

  test.each([
    ['p(99 < 250', 6, 'expected ), found <', 'close the bracket: p(99)'],
    ['p99 < 250', 2, 'a percentile stands in brackets', 'did you mean p(99)?'],
    ['p(100) < 250', 3, 'a percentile lies between 0 and 100', 'for the largest value use max'],
    ['mean < 20', 1, 'there is no aggregation mean; there are p, avg, min, med, max, rate, count', 'did you mean avg?'],
    ['agv < 20', 1, 'there is no aggregation agv; there are p, avg, min, med, max, rate, count', 'did you mean avg?'],
    ['rate(error) < 1%', 6, 'rate is of errors or of requests', 'did you mean rate(errors)?'],
    ['rate < 1%', 6, 'expected (, found <', 'say of what: rate(errors) or rate(requests)'],
    ['avg == 20', 5, '== never holds twice for something measured', 'use <, <=, > or >='],
    ['avg < 20%', 9, 'the unit % does not fit this gate', 'use ms or s, or the number alone'],
    ['rate(errors) < 5', 16, 'an error rate is at most 1 (100%), not 5', 'did you mean 5%?'],
    ['count > 5 ms', 11, 'the unit ms does not fit this gate', 'write the number alone'],
  ])('says where %s goes wrong, and what was meant', (text, position, why, fix) => {
    expect(syntaxErrorOf(text)).toEqual({ position, why, fix });
  });

  test.each([
    ['', 1, 'the gate is empty'],
    ['avg <', 6, 'expected a limit, found the end'],
    ['avg 20', 5, 'expected <, <=, > or >=, found 20'],
    ['avg < 20 and more', 10, 'the unit and does not fit this gate'],
    ['avg < 20 ms ms', 13, 'unexpected ms after the limit'],
    ['avg < -20', 7, 'unexpected -'],
    ['p(99) < 250 # ms', 13, 'unexpected #'],
  ])('refuses %s', (text, position, why) => {
    expect(syntaxErrorOf(text)).toMatchObject({ position, why });
  });

  test('reads every gate that is written by its rules, whatever the spaces', () => {
    const space = fc.constantFrom('', ' ', '  ');
    const aggregation = fc.oneof(
      fc.integer({ min: 1, max: 999 }).map((tenths) => `p(${tenths / 10})`),
      fc.constantFrom('avg', 'min', 'med', 'max', 'rate(errors)', 'rate(requests)', 'count', 'count(errors)'),
    );
    const comparison = fc.constantFrom('<', '<=', '>', '>=');
    const limit = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
    const gate = fc.tuple(aggregation, space, comparison, space, limit);
    fc.assert(
      fc.property(gate, ([metric, before, sign, behind, number]) => {
        const parsed = parseGate(`${metric}${before}${sign}${behind}${number}`);
        expect([parsed.comparison, parsed.limit]).toEqual([sign, number]);
      }),
    );
  });

  test('answers any text with a gate or a place within the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[pavgrte()<=>%. 0-9ms]{0,20}$/)), (text) => {
        const position = positionOf(text);
        expect(position === undefined || (position >= 1 && position <= text.length + 1)).toBe(true);
      }),
    );
  });
});

function positionOf(text: string): number | undefined {
  try {
    parseGate(text);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GateSyntaxError) return thrown.position;
    throw thrown;
  }
}
