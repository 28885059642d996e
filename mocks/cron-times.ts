/** Minute, hour, day of the month, month, day of the week. */
const FIELDS = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12 },
  { min: 0, max: 7 },
];
const MINUTE_MS = 60_000;
/** The longest that two times can be apart: 29 February over a century's turn. */
const MINUTES = 8 * 366 * 24 * 60;

/** Times in UTC by a crontab line of five fields: numbers, ranges, lists and steps. */
export interface CronTimes {
  /** The first one after this time; undefined where there is none, as for 30 February. */
  readonly nextMs: (afterMs: number) => number | undefined;
}

/** @returns undefined where it is no such line */
export function cronTimes(line: string): CronTimes | undefined {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return undefined;
  const sets = FIELDS.map(({ min, max }, at) => valuesOf(parts[at] ?? '', min, max));
  const [minutes, hours, days, months, weekdays] = sets;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  // As cron has it: with both days given, either one will do.
  const isEither = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  const isDay = (date: Date): boolean => {
    const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    return months.has(date.getUTCMonth() + 1) && (isEither ? day || weekday : day && weekday);
  };
  return {
    nextMs: (afterMs) => {
      let time = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
      const endMs = time + MINUTES * MINUTE_MS;
      while (time < endMs) {
        const date = new Date(time);
        if (!isDay(date)) time = (Math.floor(time / (1_440 * MINUTE_MS)) + 1) * 1_440 * MINUTE_MS;
        else if (!hours.has(date.getUTCHours())) time = (Math.floor(time / (60 * MINUTE_MS)) + 1) * 60 * MINUTE_MS;
        else if (!minutes.has(date.getUTCMinutes())) time += MINUTE_MS;
        else return time;
      }
      return undefined;
    },
  };
}

function valuesOf(field: string, min: number, max: number): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, from = '', to, step = '1'] = /^(\*|\d{1,2})(?:-(\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const first = from === '*' ? min : Number(from);
    const last = from === '*' || (to === undefined && part.includes('/')) ? max : Number(to ?? from);
    if (from === '' || Number(step) < 1 || first < min || last > max || first > last) return undefined;
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}
