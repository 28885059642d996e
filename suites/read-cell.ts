import { patternOf, type Json } from '../contracts/index.ts';
import type { Field } from './file-rule.ts';

/** An exact decimal: `units` × 10^-`scale`. Money and totals are never floating point. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** A cell as its field means it. */
export type CellValue = string | boolean | Decimal;

/** The value of a cell by its field's type (Table Schema v2), undefined where it is none. */
export function readCell(cell: string, field: Field): CellValue | undefined {
  switch (field.type) {
    case 'integer':
    case 'number':
    case 'year':
      return readNumber(cell, field);
    case 'boolean':
      return readBoolean(cell, field);
    case 'date':
      return readDate(cell, field.format === 'default' ? '%Y-%m-%d' : field.format);
    case 'datetime':
      return readDatetime(cell, field.format);
    case 'time':
      return readDate(cell, field.format === 'default' ? '%H:%M:%S' : field.format);
    default:
      return cell;
  }
}

function readNumber(cell: string, field: Field): Decimal | undefined {
  const decimalChar = textMember(field, 'decimalChar') ?? '.';
  const groupChar = textMember(field, 'groupChar');
  const bare = field.description['bareNumber'] === false ? cell.replace(/^[^\d+-]+|[^\d]+$/g, '') : cell;
  const plain = (groupChar ? bare.replaceAll(groupChar, '') : bare).replace(decimalChar, '.');
  if (field.type === 'year' && !/^\d{4}$/.test(plain)) return undefined;
  const decimal = readDecimal(plain);
  const whole = field.type !== 'number';
  return decimal && whole && !/^[+-]?\d+$/.test(plain) ? undefined : decimal;
}

/** `-12.50` exactly; an exponent is allowed as far as it stays readable. */
export function readDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const units = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
}

/** < 0, 0 or > 0, as for a sort. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [unitsAt(a, scale), unitsAt(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The units of a decimal at a scale at least as fine as its own. */
export function unitsAt({ units, scale }: Decimal, finer: number): bigint {
  return units * 10n ** BigInt(finer - scale);
}

/** `51.70` of 5170 at scale 2. */
export function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

function readBoolean(cell: string, field: Field): boolean | undefined {
  if (valuesOf(field, 'trueValues', ['true', 'True', 'TRUE', '1']).includes(cell)) return true;
  return valuesOf(field, 'falseValues', ['false', 'False', 'FALSE', '0']).includes(cell) ? false : undefined;
}

const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{2})',
  d: '(?<d>\\d{2})',
  H: '(?<H>[01]\\d|2[0-3])',
  M: '(?<M>[0-5]\\d)',
  S: '(?<S>[0-5]\\d|60)',
  y: '(?<y>\\d{2})',
};

/** A text by a strptime pattern; the day must exist: 2026-02-30 does not. */
function readDate(cell: string, format: string): string | undefined {
  if (format === 'any') return Number.isNaN(Date.parse(cell)) ? undefined : cell;
  const source = format.replace(/%([A-Za-z])|[.*+?^${}()|[\]\\]/g, (found, directive: string | undefined) =>
    directive === undefined ? `\\${found}` : (DIRECTIVES[directive] ?? '.+?'),
  );
  const pattern = `^${source}$`;
  // Several unknown directives may each stand for anything: a cell that keeps them too long is not refused for it.
  const isLike = patternOf(pattern).test(cell);
  if (isLike !== true) return isLike === undefined ? cell : undefined;
  const parts = new RegExp(pattern).exec(cell)?.groups;
  return parts && !dayExists(parts) ? undefined : cell;
}

function dayExists({ Y, y, m, d }: Readonly<Record<string, string | undefined>>): boolean {
  if (m === undefined || d === undefined) return m === undefined || (Number(m) >= 1 && Number(m) <= 12);
  const year = Number(Y ?? (y === undefined ? 2000 : `20${y}`));
  const date = new Date(Date.UTC(year, Number(m) - 1, Number(d)));
  return date.getUTCMonth() === Number(m) - 1 && date.getUTCDate() === Number(d);
}

function readDatetime(cell: string, format: string): string | undefined {
  if (format !== 'default') return readDate(cell, format);
  const [, date, rest] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)$/.exec(cell) ?? [];
  if (date === undefined || rest === undefined || Number.isNaN(Date.parse(`2000-01-01${rest}`))) return undefined;
  return readDate(date, '%Y-%m-%d') === undefined ? undefined : cell;
}

function textMember(field: Field, name: string): string | undefined {
  const value = field.description[name];
  return typeof value === 'string' ? value : undefined;
}

function valuesOf(field: Field, name: string, otherwise: readonly string[]): readonly Json[] {
  const values = field.description[name];
  return Array.isArray(values) ? values : otherwise;
}
