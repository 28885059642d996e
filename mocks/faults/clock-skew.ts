import { isObject, type Json } from '../../contracts/index.ts';
import { defineFault } from '../fault.ts';
import { headerOf, withBody, withHeader, type FaultAnswer } from '../fault-answer.ts';
import { httpDate } from '../fault-http-date.ts';

const DATES = ['Expires', 'Last-Modified', 'Retry-After', 'Sunset'];
/** RFC 7519 §4.1, RFC 7662 §2.2: whole seconds. */
const TIMES = ['exp', 'nbf', 'iat'];

/** F32: our clock is wrong. */
export const clockSkew = defineFault({
  id: 'clock_skew',
  number: 'F32',
  summary: 'Shifts Date and every other date of the answer, and exp, nbf and iat',
  options: {
    skewS: {
      type: 'number',
      unit: 'seconds',
      min: -86_400,
      max: 86_400,
      default: 120,
      summary: 'how far our clock is ahead',
    },
  },
  apply: ({ skewS }) => ({
    on: 'answer',
    change: (answer, { nowMs }) => {
      const dated = withHeader(answer, 'Date', httpDate(nowMs() + skewS * 1_000));
      return shiftTimes(
        DATES.reduce((now, name) => shiftDate(now, name, skewS), dated),
        skewS,
      );
    },
  }),
});

function shiftDate(answer: FaultAnswer, name: string, skewS: number): FaultAnswer {
  const value = headerOf(answer, name) ?? '';
  // Retry-After may be a number of seconds, which is right by any clock.
  const ms = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? answer : withHeader(answer, name, httpDate(ms + skewS * 1_000));
}

function shiftTimes(answer: FaultAnswer, skewS: number): FaultAnswer {
  try {
    const body = JSON.parse(answer.body.toString('utf8')) as Json;
    if (!isObject(body) || !TIMES.some((name) => typeof body[name] === 'number')) return answer;
    const shifted = Object.entries(body).map(([name, value]) => [
      name,
      TIMES.includes(name) && typeof value === 'number' ? value + skewS : value,
    ]);
    return withBody(answer, JSON.stringify(Object.fromEntries(shifted)));
  } catch {
    return answer;
  }
}
