export { combineReports } from './combine-reports.ts';
export { diffHtml } from './diff/diff-html.ts';
export { diffMarkdown } from './diff/diff-markdown.ts';
export type { DiffedChange, DiffedContracts, DiffReport } from './diff/diff-report.ts';
export { diffText } from './diff/diff-text.ts';
export { changeLineReader, type LineSource } from './diff/read-change-lines.ts';
export { readEnvironment } from './environment.ts';
export type { Format, RenderOptions } from './format.ts';
export { formats } from './formats/index.ts';
export { integrationDiagram } from './integration-diagram.ts';
export { formatNamed, formatOfFile, parseFormatFlag } from './parse-format-flag.ts';
export { readReport } from './read-report.ts';
export { readSnippets } from './read-snippets.ts';
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
export { writeReports } from './write-reports.ts';
