/** The three forms of a date that HTTP knows (RFC 9110 §5.6.7); the last two are obsolete, and still to be understood. */
export type HttpDateFormat = 'imf' | 'rfc850' | 'asctime';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function httpDate(ms: number, format: HttpDateFormat = 'imf'): string {
  const date = new Date(ms);
  const imf = date.toUTCString();
  const [, day = '', month = '', year = '', time = ''] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(imf) ?? [];
  if (format === 'rfc850') return `${DAYS[date.getUTCDay()]}, ${day}-${month}-${year.slice(-2)} ${time} GMT`;
  if (format === 'asctime') return `${imf.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  return imf;
}
