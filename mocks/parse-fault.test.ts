import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { TallyError } from '../contracts/index.ts';
import type { Fault } from './fault.ts';
import type { FaultRule } from './fault-rule.ts';
import { faultSchema } from './fault-schema.ts';
import { faults } from './faults/index.ts';
import { parseFault, readFault } from './parse-fault.ts';

const parse = (text: string): FaultRule => parseFault(text, faults, `--fault '${text}'`);

function errorOf(text: string): Pick<TallyError, 'code' | 'where' | 'why' | 'fix'> {
  try {
    parse(text);
  } catch (thrown) {
    if (thrown instanceof TallyError)
      return { code: thrown.code, where: thrown.where, why: thrown.why, fix: thrown.fix };
  }
  throw new Error(`${text} was read`);
}

describe('a fault in one line', () => {
  test('names the fault, its options and when it fires', () => {
    expect(
      parse(
        'reset_peer operation=createParcel,getParcel toxicity=0.2 attempt=1,3 every=2 windowMs=500 count=3 consumer=checkout service=parcels seed=7 after=head',
      ),
    ).toEqual({
      fault: 'reset_peer',
      options: { after: 'head' },
      operation: ['createParcel', 'getParcel'],
      toxicity: 0.2,
      attempt: [1, 3],
      every: 2,
      windowMs: 500,
      count: 3,
      consumer: 'checkout',
      service: 'parcels',
      seed: '7',
    });
  });

  test('has the defaults of its fault', () => {
    expect(parse('rate_limited')).toEqual({ fault: 'rate_limited', options: { retryAfterS: 2 }, count: 1, seed: '1' });
    expect(parse('rate_limited count=9').count).toBe(9);
  });

  test('takes an option of its own before the general one of that name', () => {
    expect(parse('down windowMs=300')).toEqual({ fault: 'down', options: { windowMs: 300 }, seed: '1' });
    expect(parse('duplicate_delivery count=5')).toEqual({
      fault: 'duplicate_delivery',
      options: { count: 5, gapMs: 0 },
      seed: '1',
    });
  });

  test('may be a map as well', () => {
    const map = { fault: 'latency', latencyMs: 500, operation: ['getParcel'], attempt: 2 };
    expect(readFault(map, faults, 'tally.yaml')).toEqual({
      fault: 'latency',
      options: { latencyMs: 500 },
      operation: ['getParcel'],
      attempt: [2],
      seed: '1',
    });
  });
});

describe('a mistake', () => {
  test('in the name of a fault is told with the nearest one', () => {
    const { code, where, why, fix } = errorOf('reset_pear operation=x');
    expect([code, where, why]).toEqual([
      'FAULT_UNKNOWN',
      "--fault 'reset_pear operation=x'",
      'there is no fault "reset_pear", did you mean "reset_peer"?',
    ]);
    expect(fix).toContain('rate_limited');
  });

  test.each([
    [
      'latency latencyMs=2s',
      'latencyMs is in milliseconds, 0 to 120000, not "2s"',
      'write latencyMs=2000, for example',
    ],
    [
      'latency latencyMs=120001',
      'latencyMs is in milliseconds, 0 to 120000, not "120001"',
      'write latencyMs=2000, for example',
    ],
    ['latency latencyMs=', 'latencyMs is in milliseconds, 0 to 120000, not ""', 'write latencyMs=2000, for example'],
    [
      'latency latencyMs=1.5',
      'latencyMs is in milliseconds, 0 to 120000, not "1.5"',
      'write latencyMs=2000, for example',
    ],
    ['latency toxicity=20', 'toxicity is a probability, 0 to 1, not "20"', 'write toxicity=1, for example'],
    ['latency attempt=1,x', 'attempt is in requests, 1 to 1000000, not "x"', 'write attempt=1, for example'],
    [
      'timeout phase=header',
      'phase is headers, body, not "header", did you mean "headers"?',
      'write phase=headers, for example',
    ],
    [
      'latency latencyMS=5 latencyms=6',
      'latency has no "latencyMS", did you mean "latencyMs"?',
      'its own are latencyMs (milliseconds, 0 to 120000); all have service, operation, consumer, attempt, every, windowMs, toxicity, count, seed',
    ],
    ['latency 500', '"500" is no name=value', 'write latencyMs=2000, without spaces'],
    [
      'latency seed=1 seed=2',
      '"seed" is given twice',
      'give it once; several operations or attempts are written attempt=1,3',
    ],
    ['latency operation=', 'operation is empty: it is ids of operations', 'write operation=…, or take it out'],
    ['latency __proto__=1', 'latency has no "__proto__"', expect.stringContaining('its own are')],
    ['latency constructor=1', 'latency has no "constructor"', expect.stringContaining('its own are')],
  ])('%s', (text, why, fix) => {
    expect(errorOf(text)).toEqual({ code: 'FAULT_OPTION', where: `--fault '${text}'`, why, fix });
  });

  test('of any kind is a TallyError or no mistake', () => {
    const words = fc.constantFrom(
      'latency',
      'down',
      'operation=x',
      'attempt=1',
      'attempt=,',
      'seed',
      '=',
      'toxicity=-1',
      'a=b=c',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 5 }), (parts) => {
        try {
          expect(parse(parts.join(' ')).fault).toBeDefined();
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: expect.stringMatching(/^FAULT_(UNKNOWN|OPTION)$/) });
        }
      }),
    );
  });
});

describe('the schema of a fault', () => {
  const ajv = new Ajv2020({ strict: true, strictRequired: false });

  test.each(faults.map((fault) => [fault.id, fault] as const))(
    '%s takes what is read, and nothing else',
    (id, fault: Fault) => {
      const isValid = ajv.compile(faultSchema(fault));
      const given = Object.fromEntries(
        Object.entries(fault.options).flatMap(([name, { default: value }]) =>
          value === undefined ? [] : [[name, value]],
        ),
      );
      const rule = { fault: id, ...given, operation: ['getParcel'], toxicity: 0.5, seed: '3' };
      expect(isValid(rule)).toBe(true);
      expect(readFault(rule, faults, 'a test')).toMatchObject({ fault: id, options: given });
      expect([isValid({ ...rule, nonsense: 1 }), isValid({ ...rule, toxicity: 2 })]).toEqual([false, false]);
    },
  );

  test('every option has a summary, and every number its bounds', () => {
    for (const { options } of faults) {
      for (const option of Object.values(options)) {
        expect(option.summary).not.toBe('');
        if (option.type !== 'number') continue;
        expect(option.min).toBeLessThan(option.max);
        if (option.default === undefined) continue;
        expect([option.default >= option.min, option.default <= option.max]).toEqual([true, true]);
      }
    }
  });
});
