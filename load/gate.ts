import { nearMiss } from '../contracts/index.ts';

/** What a gate looks at: the latency distribution, or how many requests or errors there were, whole or per second. */
export type GateMetric =
  | { readonly kind: 'percentile'; /** Between 0 and 100, exclusive. */ readonly percent: number }
  | { readonly kind: 'avg' | 'min' | 'max' }
  | { readonly kind: 'errorRate' }
  | { readonly kind: 'requestRate' }
  | { readonly kind: 'count'; readonly of: 'requests' | 'errors' };

export type Comparison = '<' | '<=' | '>' | '>=';

/** A gate as parsed. `limit` is in ms for latencies, a ratio for error rates, requests/s for request rates. */
export interface Gate {
  readonly text: string;
  readonly metric: GateMetric;
  readonly comparison: Comparison;
  readonly limit: number;
}

/** A gate that cannot be read. `position` is 1-based, in the gate's text. */
export class GateSyntaxError extends Error {
  readonly position: number;
  readonly fix: string;

  constructor(position: number, why: string, fix: string) {
    super(why);
    this.position = position;
    this.fix = fix;
  }
}

interface Token {
  readonly text: string;
  /** 1-based. */
  readonly at: number;
}

const NAMES = ['p', 'avg', 'min', 'med', 'max', 'rate', 'count'] as const;
const OTHER_NAMES: Readonly<Record<string, string>> = {
  mean: 'avg',
  average: 'avg',
  median: 'med',
  maximum: 'max',
  minimum: 'min',
  percentile: 'p',
  errors: 'rate(errors)',
  requests: 'rate(requests)',
  rps: 'rate(requests)',
  error: 'rate(errors)',
};
const TOKEN = /\s*(\d+(?:\.\d+)?|[A-Za-z]+|===|==|!=|<=|>=|<|>|[()%])/y;
const EXAMPLE = 'write it like p(99) < 250, avg < 100, rate(errors) < 0.1% or rate(requests) > 100';

/**
 * Reads a gate in k6's grammar: an aggregation, a comparison, a limit. Latency limits are in ms unless they say `s`;
 * error rates are ratios or carry a `%`.
 *
 * @throws GateSyntaxError
 */
export function parseGate(text: string): Gate {
  const tokens = tokenise(text);
  let next = 0;
  const end = text.trimEnd().length + 1;
  const peek = (): Token => tokens[next] ?? { text: '', at: end };
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  const metric = readMetric(take, peek);
  const comparison = readComparison(take());
  const limit = readLimit(metric, take, peek);
  if (peek().text !== '') throw new GateSyntaxError(peek().at, `unexpected ${peek().text} after the limit`, EXAMPLE);
  return { text: text.trim(), metric, comparison, limit };
}

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
      throw new GateSyntaxError(at + 1, `unexpected ${text[at]}`, EXAMPLE);
    }
    const word = match[1] ?? '';
    tokens.push({ text: word, at: match.index + match[0].length - word.length + 1 });
  }
  return tokens;
}

type Take = () => Token;

function readMetric(take: Take, peek: Take): GateMetric {
  const name = take();
  switch (name.text) {
    case 'p':
      return { kind: 'percentile', percent: readPercent(take, peek) };
    case 'med':
      return { kind: 'percentile', percent: 50 };
    case 'avg':
    case 'min':
    case 'max':
      return { kind: name.text };
    case 'rate':
      return readSubject(name, take) === 'errors' ? { kind: 'errorRate' } : { kind: 'requestRate' };
    case 'count':
      return { kind: 'count', of: peek().text === '(' ? readSubject(name, take) : 'requests' };
    default:
      throw unknownName(name);
  }
}

function unknownName(name: Token): GateSyntaxError {
  if (name.text === '') return new GateSyntaxError(name.at, 'the gate is empty', EXAMPLE);
  const nearest = OTHER_NAMES[name.text.toLowerCase()] ?? nearMiss(name.text, NAMES);
  const hint = nearest === undefined ? EXAMPLE : `did you mean ${nearest === 'p' ? 'p(99)' : nearest}?`;
  return new GateSyntaxError(name.at, `there is no aggregation ${name.text}; there are ${NAMES.join(', ')}`, hint);
}

function readPercent(take: Take, peek: Take): number {
  if (/^\d/.test(peek().text)) {
    throw new GateSyntaxError(peek().at, 'a percentile stands in brackets', `did you mean p(${peek().text})?`);
  }
  expectText(take(), '(', 'write the percentile in brackets: p(99)');
  const percent = readNumber(take(), 'a percentile, for example 99');
  if (percent.value <= 0 || percent.value >= 100) {
    throw new GateSyntaxError(percent.at, 'a percentile lies between 0 and 100', 'for the largest value use max');
  }
  expectText(take(), ')', 'close the bracket: p(99)');
  return percent.value;
}

function readSubject(name: Token, take: Take): 'errors' | 'requests' {
  expectText(take(), '(', `say of what: ${name.text}(errors) or ${name.text}(requests)`);
  const subject = take();
  if (subject.text !== 'errors' && subject.text !== 'requests') {
    const nearest = nearMiss(subject.text, ['errors', 'requests']) ?? 'errors';
    throw new GateSyntaxError(
      subject.at,
      `${name.text} is of errors or of requests`,
      `did you mean ${name.text}(${nearest})?`,
    );
  }
  expectText(take(), ')', `close the bracket: ${name.text}(${subject.text})`);
  return subject.text;
}

function readComparison(token: Token): Comparison {
  const { text } = token;
  if (text === '<' || text === '<=' || text === '>' || text === '>=') return text;
  if (text === '==' || text === '===' || text === '!=') {
    throw new GateSyntaxError(token.at, `${text} never holds twice for something measured`, 'use <, <=, > or >=');
  }
  throw new GateSyntaxError(token.at, `expected <, <=, > or >=, found ${text === '' ? 'the end' : text}`, EXAMPLE);
}

function readLimit(metric: GateMetric, take: Take, peek: Take): number {
  const number = readNumber(take(), 'a limit');
  const unit = peek();
  if (unit.text === '') return checked(metric, number.value, number.at);
  take();
  const factor = unitsOf(metric)[unit.text];
  if (factor !== undefined) return checked(metric, number.value * factor, number.at);
  const allowed = Object.keys(unitsOf(metric));
  const fix = allowed.length === 0 ? 'write the number alone' : `use ${allowed.join(' or ')}, or the number alone`;
  throw new GateSyntaxError(unit.at, `the unit ${unit.text} does not fit this gate`, fix);
}

function unitsOf(metric: GateMetric): Readonly<Record<string, number>> {
  if (metric.kind === 'errorRate') return { '%': 0.01 };
  if (metric.kind === 'requestRate' || metric.kind === 'count') return {};
  return { ms: 1, s: 1000 };
}

function checked(metric: GateMetric, limit: number, at: number): number {
  if (metric.kind !== 'errorRate' || limit <= 1) return limit;
  throw new GateSyntaxError(at, `an error rate is at most 1 (100%), not ${limit}`, `did you mean ${limit}%?`);
}

function readNumber(token: Token, what: string): { readonly value: number; readonly at: number } {
  const value = Number(token.text);
  if (token.text !== '' && Number.isFinite(value)) return { value, at: token.at };
  throw new GateSyntaxError(token.at, `expected ${what}, found ${token.text === '' ? 'the end' : token.text}`, EXAMPLE);
}

function expectText(token: Token, text: string, fix: string): void {
  if (token.text === text) return;
  throw new GateSyntaxError(token.at, `expected ${text}, found ${token.text === '' ? 'the end' : token.text}`, fix);
}
