import { Writable } from 'node:stream';
import type { RunContext } from '../contracts/index.ts';
import { createBatch } from './batch.ts';
import type { Call } from './call.ts';
import { engineText } from './engine-text.ts';
import { redactedUrl } from './exchange-of.ts';
import type { VerboseLevel } from './mock-options.ts';
import { pathOf } from './path-of.ts';

/** What a person at the terminal reads while partners call the mocks. Lines come in the order of the calls. */
export interface TrafficLog {
  /** Costs nothing where nobody wants to read it. */
  readonly note: (call: Call, remarks: Remarks) => void;
  readonly warn: (text: string) => void;
  /** Something that is good to know, but no request: a document was read anew. */
  readonly info: (text: string) => void;
  readonly flush: () => void;
  /** Whether reasons of a refusal are of use. */
  readonly isRefusalShown: boolean;
  /** What Prism's own log is set to: silent but for `debug` and `trace`. */
  readonly engineLevel: string;
  readonly engineStream: Writable;
}

/** What is to be said of a call besides what it was. */
export interface Remarks {
  /** Why it was refused, one line a reason. */
  readonly reasons?: readonly string[];
  /** What is wrong on our side. */
  readonly warnings?: readonly string[];
}

const QUIET: readonly VerboseLevel[] = ['fatal', 'silent'];
const EVERYTHING: readonly VerboseLevel[] = ['trace', 'debug', 'info'];

interface Entry {
  readonly level: 'info' | 'warn';
  readonly text: () => string;
}

export function createTrafficLog(
  { log, redactor }: Pick<RunContext, 'log' | 'redactor'>,
  level: VerboseLevel,
): TrafficLog {
  const isRefusalShown = !QUIET.includes(level);
  const isAnswerShown = EVERYTHING.includes(level);
  const said = new Set<string>();
  const batch = createBatch<Entry>((entries) => writeEntries(entries, log, redactor));
  const warn = (text: string): void => {
    if (isRefusalShown) batch.add({ level: 'warn', text: () => text });
  };
  const info = (text: string): void => {
    if (isAnswerShown) batch.add({ level: 'info', text: () => text });
  };
  /** Said once for each text: it would come with every answer. */
  const warnOnce = (text: string): void => {
    if (said.size < 1_000 && !said.has(text)) warn(text);
    said.add(text);
  };
  return {
    note: (call, { reasons = [], warnings = [] }) => {
      if (call.refused && isRefusalShown) {
        batch.add({ level: 'warn', text: () => [`${lineOf(call, redactor)}  refused`, ...reasons].join('\n  ') });
      } else if (!call.refused && isAnswerShown) {
        batch.add({ level: 'info', text: () => answeredLine(call, redactor) });
      }
      for (const warning of warnings) warnOnce(warning);
    },
    warn,
    info,
    flush: batch.flush,
    isRefusalShown,
    engineLevel: level === 'debug' || level === 'trace' ? level : 'silent',
    engineStream: new Writable({
      write: (line: Buffer, _encoding, done) => {
        info(engineText(line));
        done();
      },
    }),
  };
}

function lineOf(call: Call, redactor: RunContext['redactor']): string {
  const answer = call.status === 0 ? 'ECONNRESET' : call.status;
  return `${call.method} ${pathOf(redactedUrl(call, redactor))}  ${answer}  ${Math.round(call.durationMs)} ms`;
}

function answeredLine(call: Call, redactor: RunContext['redactor']): string {
  const line = lineOf(call, redactor);
  return call.operationId === undefined ? line : `${line}  ${call.operationId}`;
}

/** Neighbours of one level go out as one text. Each is redacted by itself: what one says must not hide the next. */
function writeEntries(entries: readonly Entry[], log: RunContext['log'], redactor: RunContext['redactor']): void {
  let lines: string[] = [];
  for (const [index, { level, text }] of entries.entries()) {
    lines.push(visible(redactor.text(text())));
    if (entries[index + 1]?.level === level) continue;
    log[level](lines.join('\n'));
    lines = [];
  }
}

/** A client chooses what its request says: it must not move the cursor or set colours. Line breaks are ours. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '·');
}
