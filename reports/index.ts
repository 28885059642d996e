export { readEnvironment } from './environment.ts';
export type { Format, RenderOptions } from './format.ts';
export { formats } from './formats/index.ts';
export { formatNamed, parseFormatFlag } from './parse-format-flag.ts';
export {
  buildReport,
  exitCodeOf,
  summaryOf,
  type Environment,
  type Report,
  type ReportedContract,
  type ReportInput,
  type Snippet,
  type Summary,
  type Verdict,
} from './report.ts';
