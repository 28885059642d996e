import type { Finding, Result, Severity } from '../../contracts/index.ts';
import type { Format, RenderOptions } from '../format.ts';
import { isBroken, type Report } from '../report.ts';
import { isAbsolute, pathInRepository } from '../source-uri.ts';
import { visibleText } from '../visible-text.ts';
import { count, countsLine, cut, placeOf, verdictSentence } from '../wording.ts';

/**
 * GitHub's workflow commands: annotations on the lines at fault. GitHub shows ten errors, ten warnings and ten notices of a
 * step and drops the rest without a word, so the tenth says how many there are besides. `tally` also appends the Markdown
 * report to the step's summary.
 */
export const github: Format = {
  id: 'github',
  summary: 'annotations and step summary, for GitHub Actions',
  extension: 'annotations',
  render(report, options) {
    const annotations = report.results.flatMap((result) => annotationsOf(result, report, options));
    const lines = COMMANDS.flatMap((command) => shown(annotations.filter((each) => each.command === command)));
    return `${[...lines, ...closing(report)].map(visibleLine).join('\n')}\n`;
  },
};

const MAX_A_STEP = 10;
const MAX_MESSAGE_CHARS = 4000;

type Command = 'error' | 'warning' | 'notice';

const COMMANDS: readonly Command[] = ['error', 'warning', 'notice'];
const COMMAND_OF: Record<Severity, Command> = { error: 'error', warning: 'warning', info: 'notice' };

interface Annotation {
  readonly command: Command;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** A check that could not run, or proved nothing, is an error too: green would be wrong. */
function annotationsOf(result: Result, report: Report, options: RenderOptions): readonly Annotation[] {
  const findings = result.findings.map((finding) => annotationOf(finding, options));
  const isOpen = result.status === 'errored' || result.status === 'inconclusive';
  const isGate = findings.length === 0 && isBroken(result, report.failOn);
  if (!isOpen && !isGate) return findings;
  const title = result.error?.code ?? `${result.id} ${result.status}`;
  const fix = result.error === undefined ? '' : `\n${result.error.fix}`;
  const message = `${result.subject} · ${result.id}: ${result.reason ?? result.status}${fix}`;
  return [{ command: 'error', properties: { ...fileOf(result, options), title }, message }, ...findings];
}

function annotationOf(finding: Finding, options: RenderOptions): Annotation {
  const { where, severity, code, message, fix, related = [], operationId } = finding;
  const lines = [message, ...(fix === undefined ? [] : [fix]), ...related.map((other) => `see ${placeOf(other)}`)];
  return {
    command: COMMAND_OF[severity],
    properties: {
      // Only a file of the repository can carry an annotation.
      ...(isAbsolute(where.source) ? {} : { file: pathInRepository(where.source, options.folder) }),
      line: String(Math.max(1, where.line)),
      col: String(Math.max(1, where.column)),
      title: operationId === undefined ? code : `${code} (${operationId})`,
    },
    message: (isAbsolute(where.source) ? [placeOf(where), ...lines] : lines).join('\n'),
  };
}

/** `contracts/apis/parcels/2.0.0/openapi.yaml:3:1`, where an error names its place so. */
function fileOf({ error }: Result, { folder }: RenderOptions): Readonly<Record<string, string>> {
  const [, file, line, col] = /^([^\s:]+\.[a-z]+):(\d+):(\d+)$/i.exec(error?.where ?? '') ?? [];
  if (file === undefined || line === undefined || col === undefined) return {};
  return { file: pathInRepository(file, folder), line, col };
}

function shown(annotations: readonly Annotation[]): readonly string[] {
  if (annotations.length <= MAX_A_STEP) return annotations.map(lineOf);
  const hidden = annotations.slice(MAX_A_STEP - 1);
  const [first] = hidden;
  if (first === undefined) return [];
  const noun = { error: 'error', warning: 'warning', notice: 'notice' }[first.command];
  const message = `and ${count(hidden.length, `more ${noun}`)}: GitHub shows ten of a step; see the step summary or the other reports`;
  const last = { command: first.command, properties: { title: `${hidden.length} more` }, message };
  return [...annotations.slice(0, MAX_A_STEP - 1), last].map(lineOf);
}

function lineOf({ command, properties, message }: Annotation): string {
  const named = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${command}${named.length === 0 ? '' : ` ${named.join(',')}`}::${data(cut(message, MAX_MESSAGE_CHARS))}`;
}

function data(text: string): string {
  return withoutHidden(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text.replaceAll(/\s+/g, ' ')).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** In the log below the annotations. No line may begin a command: GitHub obeys `::` after spaces, too. */
function closing(report: Report): readonly string[] {
  const head = `${report.name}: ${verdictSentence(report)} ${countsLine(report.summary)}`;
  const missing = report.missing.map((line) => `missing: ${line}`);
  return [head, ...missing].map((line) => `tally · ${withoutHidden(cut(line, 500)).replaceAll(/\s+/g, ' ')}`);
}

/** GitHub still obeys its first syntax, `##[command]`, anywhere in a line. */
function visibleLine(line: string): string {
  return line.replaceAll('##[', '# #[');
}

function withoutHidden(text: string): string {
  return visibleText(text);
}
