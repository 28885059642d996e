import type { Format } from '../format.ts';

/** The native report. A number that JSON cannot say (NaN, Infinity) is null. */
export const json: Format = {
  id: 'json',
  summary: 'the native report, with a published JSON Schema',
  extension: 'json',
  showsLines: true,
  render: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};
