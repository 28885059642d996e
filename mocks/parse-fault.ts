import { didYouMean, TallyError } from '../contracts/index.ts';
import { type Fault, type FaultOption, type OptionValues } from './fault.ts';
import type { FaultRule, FaultSelection } from './fault-rule.ts';

/** What every rule may say of when its fault fires. */
export const SELECTION: Readonly<Record<keyof FaultSelection, FaultOption & { readonly isList?: true }>> = {
  service: { type: 'text', summary: 'name of the API' },
  operation: { type: 'text', isList: true, summary: 'ids of operations' },
  consumer: {
    type: 'text',
    summary: 'owner of the credential that is sent, or the beginning of its digest (sha256:…)',
  },
  attempt: { ...whole('requests', 1, 1_000_000), isList: true, summary: 'which requests, counted from 1' },
  every: { ...whole('requests', 1, 1_000_000), summary: 'every k-th request' },
  windowMs: { ...whole('milliseconds', 1, 86_400_000), summary: 'only so long after the first request' },
  toxicity: { type: 'number', unit: 'a probability', min: 0, max: 1, isFraction: true, summary: 'how likely it fires' },
  count: { ...whole('times', 1, 1_000_000), summary: 'how often it fires at most' },
  seed: { type: 'text', summary: 'of all that is left to chance' },
};

function whole(unit: string, min: number, max: number): { type: 'number'; unit: string; min: number; max: number } {
  return { type: 'number', unit, min, max };
}

/** A rule as a file or the control interface gives it: `{ fault: latency, latencyMs: 500, operation: [getParcel] }`. */
export type RawFault = Readonly<Record<string, unknown>>;

/**
 * Reads `reset_peer operation=createParcel toxicity=0.2`.
 *
 * @param where names its place in errors: `--fault 'reset_peer …'`
 * @throws TallyError FAULT_UNKNOWN, FAULT_OPTION
 */
export function parseFault(text: string, known: readonly Fault[], where: string): FaultRule {
  const [id = '', ...words] = text.trim().split(/\s+/);
  const given = new Map<string, string>();
  for (const word of words) {
    const mark = word.indexOf('=');
    const name = mark === -1 ? word : word.slice(0, mark);
    if (mark < 1) throw wrong(where, `"${word}" is no name=value`, 'write latencyMs=2000, without spaces');
    if (given.has(name))
      throw wrong(
        where,
        `"${name}" is given twice`,
        'give it once; several operations or attempts are written attempt=1,3',
      );
    given.set(name, word.slice(mark + 1));
  }
  return readFault({ ...Object.fromEntries(given), fault: id }, known, where);
}

/** @throws TallyError FAULT_UNKNOWN, FAULT_OPTION */
export function readFault({ fault: id, ...given }: RawFault, known: readonly Fault[], where: string): FaultRule {
  const fault = known.find((each) => each.id === id);
  if (fault === undefined) throw unknownFault(typeof id === 'string' ? id : '', known, where);
  const options: Record<string, string | number> = {};
  const selection: Record<string, unknown> = { seed: '1' };
  if (fault.count !== undefined) selection['count'] = fault.count;
  for (const [name, value] of Object.entries(given)) {
    const own = Object.hasOwn(fault.options, name) ? fault.options[name] : undefined;
    const general = Object.hasOwn(SELECTION, name) ? SELECTION[name as keyof FaultSelection] : undefined;
    if (own !== undefined) options[name] = readValue(name, own, value, where);
    else if (general === undefined) throw unknownOption(name, fault, where);
    else
      selection[name] = general.isList ? readList(name, general, value, where) : readValue(name, general, value, where);
  }
  return {
    fault: fault.id,
    options: { ...defaultsOf(fault), ...options },
    ...(selection as unknown as FaultSelection),
  };
}

function defaultsOf({ options }: Fault): OptionValues {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

function readList(name: string, option: FaultOption, value: unknown, where: string): readonly (string | number)[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : String(value).split(',');
  return items.map((item) => readValue(name, option, item, where));
}

function readValue(name: string, option: FaultOption, value: unknown, where: string): string | number {
  if (option.type === 'number') return readNumber(name, option, value, where);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (option.type === 'choice' && !option.choices.includes(text)) {
    const why = `${name} is ${option.choices.join(', ')}, not "${text}"${didYouMean(text, option.choices)}`;
    throw wrong(where, why, `write ${name}=${option.default}, for example`);
  }
  if (text === '') throw wrong(where, `${name} is empty: it is ${option.summary}`, `write ${name}=…, or take it out`);
  return text;
}

function readNumber(name: string, option: FaultOption & { type: 'number' }, value: unknown, where: string): number {
  const number = typeof value === 'number' ? value : Number(String(value).trim() || NaN);
  const isRight = option.isFraction === true ? Number.isFinite(number) : Number.isInteger(number);
  if (isRight && number >= option.min && number <= option.max) return number;
  throw wrong(where, `${name} is ${unitPhrase(option)}, not "${String(value)}"`, exampleOf(name, option));
}

/** `in milliseconds, 0 to 120000`; `a probability, 0 to 1`. */
function unitPhrase({ unit, min, max }: FaultOption & { type: 'number' }): string {
  return `${unit.startsWith('a ') ? '' : 'in '}${unit}, ${min} to ${max}`;
}

function exampleOf(name: string, option: FaultOption & { type: 'number' }): string {
  return `write ${name}=${option.default ?? Math.min(option.max, Math.max(option.min, 1))}, for example`;
}

function unknownFault(id: string, known: readonly Fault[], where: string): TallyError {
  const ids = known.map((each) => each.id);
  const why = `there is no fault "${id}"${didYouMean(id, ids)}`;
  return new TallyError({ code: 'FAULT_UNKNOWN', where, why, fix: `take one of ${ids.join(', ')}` });
}

function unknownOption(name: string, { id, options }: Fault, where: string): TallyError {
  const names = [...Object.keys(options), ...Object.keys(SELECTION)];
  const why = `${id} has no "${name}"${didYouMean(name, names)}`;
  const own = Object.entries(options).map(([each, option]) => `${each} (${unitOf(option)})`);
  const general = Object.keys(SELECTION).join(', ');
  return wrong(
    where,
    why,
    `${own.length === 0 ? 'it has no options of its own' : `its own are ${own.join(', ')}`}; all have ${general}`,
  );
}

/** `milliseconds, 0 to 120000`; `headers or body`. */
function unitOf(option: FaultOption): string {
  if (option.type === 'number') return `${option.unit}, ${option.min} to ${option.max}`;
  return option.type === 'choice' ? option.choices.join(' or ') : option.summary;
}

function wrong(where: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'FAULT_OPTION', where, why, fix });
}
