import type { Json } from '../contracts/index.ts';
import { IMPOSSIBLE, type Plan, type Schema } from './generate-plan.ts';
import type { Random } from './seeded-random.ts';

/** Where nothing else is said, numbers are of a size that people write. */
const USUAL = { min: 1, span: 1000 };

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly isMinExcluded: boolean;
  readonly isMaxExcluded: boolean;
}

/** Numbers that are within all bounds and a multiple of everything asked for. */
export function planNumber(schemas: readonly Schema[], isInteger: boolean): Plan {
  const bounds = boundsOf(schemas);
  const steps = schemas
    .map(({ multipleOf }) => multipleOf)
    .filter((step): step is number => typeof step === 'number' && step > 0);
  if (isInteger || steps.length > 0) return planMultiples(bounds, isInteger ? [1, ...steps] : steps);
  return planFractions(bounds);
}

const FORMATS = new Map<unknown, readonly [number, number]>([
  ['int8', [-128, 127]],
  ['uint8', [0, 255]],
  ['int16', [-32_768, 32_767]],
  ['uint16', [0, 65_535]],
  ['int32', [-2_147_483_648, 2_147_483_647]],
  ['uint32', [0, 4_294_967_295]],
  ['uint64', [0, Number.MAX_SAFE_INTEGER]],
  ['float', [-3.4e38, 3.4e38]],
]);

function boundsOf(schemas: readonly Schema[]): Bounds {
  let bounds: Bounds = { min: -Infinity, max: Infinity, isMinExcluded: false, isMaxExcluded: false };
  for (const schema of schemas) {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    // In OpenAPI 3.0 and Swagger 2.0 it is said of the other whether it is excluded.
    bounds = above(bounds, minimum, exclusiveMinimum === true);
    bounds = above(bounds, exclusiveMinimum, true);
    bounds = below(bounds, maximum, exclusiveMaximum === true);
    bounds = below(bounds, exclusiveMaximum, true);
    const format = FORMATS.get(schema['format']);
    if (format !== undefined) bounds = below(above(bounds, format[0], false), format[1], false);
  }
  return bounds;
}

function above(bounds: Bounds, min: unknown, isExcluded: boolean): Bounds {
  if (typeof min !== 'number' || min < bounds.min) return bounds;
  return { ...bounds, min, isMinExcluded: isExcluded || (min === bounds.min && bounds.isMinExcluded) };
}

function below(bounds: Bounds, max: unknown, isExcluded: boolean): Bounds {
  if (typeof max !== 'number' || max > bounds.max) return bounds;
  return { ...bounds, max, isMaxExcluded: isExcluded || (max === bounds.max && bounds.isMaxExcluded) };
}

function isWithin({ min, max, isMinExcluded, isMaxExcluded }: Bounds, value: number): boolean {
  return (isMinExcluded ? value > min : value >= min) && (isMaxExcluded ? value < max : value <= max);
}

const TRIES = 60;

/** Multiples of the first step that are multiples of the others too, as AJV divides. */
function planMultiples(bounds: Bounds, steps: readonly number[]): Plan {
  const step = commonStep(steps);
  const [low, high] = factors(bounds, step);
  const isFine = (value: number): boolean => isWithin(bounds, value) && steps.every((step) => divides(step, value));
  const smallest = [0, low, high, low + 1, high - 1]
    .map((factor) => multiple(step, factor))
    .find((value) => Number.isFinite(value) && isFine(value));
  const [from, to] = usualPart(low, high);
  const make = (random: Random): Json => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const value = multiple(step, random.whole(from, to));
      if (isFine(value)) return value;
    }
    return smallest ?? multiple(step, from);
  };
  if (smallest === undefined && low > high) return IMPOSSIBLE;
  return {
    height: () => 0,
    make: ({ random, isSmall }) => (isSmall && smallest !== undefined ? smallest : make(random)),
  };
}

/** AJV's own way, rounding errors included. */
function divides(step: number, value: number): boolean {
  const quotient = value / step;
  return Number.isInteger(quotient);
}

/** The least common multiple, exact for decimals. */
function commonStep(steps: readonly number[]): number {
  const scale = 10 ** Math.max(...steps.map(decimalsOf));
  const whole = steps.map((step) => Math.round(step * scale));
  const common = whole.reduce((a, b) => (a / greatestDivisor(a, b)) * b);
  return Number.isSafeInteger(common) ? common / scale : Math.max(...steps);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** @returns digits behind the point, at most 20 */
function decimalsOf(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.min(20, Math.max(0, fraction.length - Number(exponent)));
}

/** Without the dirt of binary fractions: 3 times 0.1 is 0.3. */
function multiple(step: number, factor: number): number {
  return Number.isInteger(step) ? step * factor || 0 : Number((step * factor).toFixed(decimalsOf(step))) || 0;
}

function factors({ min, max, isMinExcluded, isMaxExcluded }: Bounds, step: number): readonly [number, number] {
  const limit = Math.floor(Number.MAX_SAFE_INTEGER / Math.max(step, 1));
  const low = Math.ceil(min / step);
  const high = Math.floor(max / step);
  return [
    Math.max(-limit, isMinExcluded && multiple(step, low) <= min ? low + 1 : low),
    Math.min(limit, isMaxExcluded && multiple(step, high) >= max ? high - 1 : high),
  ];
}

/** The part of a range in which values are looked for: all of it, unless it is very large. */
function usualPart(low: number, high: number): readonly [number, number] {
  const { min, span } = USUAL;
  if (high - low <= 1e6) return [low, high];
  if (low <= min && high >= min) return [min, Math.min(high, min + span)];
  return low > min ? [low, Math.min(high, low + span)] : [Math.max(low, high - span), high];
}

/** Two digits behind the point where there is room for them. */
function planFractions(bounds: Bounds): Plan {
  const { min, max } = bounds;
  if (min > max || (min === max && (bounds.isMinExcluded || bounds.isMaxExcluded))) return IMPOSSIBLE;
  const [from, to] = max - min <= 1e6 ? [min, max] : usualPart(min, max);
  const make = (random: Random): Json => {
    const exact = from + random.fraction() * (to - from);
    const rounded = Math.round(exact * 100) / 100;
    if (isWithin(bounds, rounded)) return rounded || 0;
    return isWithin(bounds, exact) ? exact : (from + to) / 2;
  };
  return { height: () => 0, make: ({ random }) => make(random) };
}
