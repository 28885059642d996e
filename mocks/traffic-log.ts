import { Writable } from 'node:stream';
import type { RunContext } from '../contracts/index.ts';
import type { VerboseLevel } from './mock-options.ts';

/** What a person at the terminal reads while partners call the mocks. */
export interface TrafficLog {
  answered(line: string): void;
  refused(line: string, reasons: readonly string[]): void;
  /** Said once for each text: it would come with every answer. */
  contractAtFault(text: string): void;
  /** What Prism's own log is set to: silent but for `debug` and `trace`. */
  readonly engineLevel: string;
  readonly engineStream: Writable;
}

const QUIET: readonly VerboseLevel[] = ['fatal', 'silent'];
const EVERYTHING: readonly VerboseLevel[] = ['trace', 'debug', 'info'];

export function createTrafficLog({ log }: Pick<RunContext, 'log'>, level: VerboseLevel): TrafficLog {
  const said = new Set<string>();
  const warn = (text: string): void => {
    if (!QUIET.includes(level)) log.warn(visible(text));
  };
  return {
    answered: (line) => {
      if (EVERYTHING.includes(level)) log.info(visible(line));
    },
    refused: (line, reasons) => warn([`${line}  refused`, ...reasons].join('\n  ')),
    contractAtFault: (text) => {
      if (said.size < 1_000 && !said.has(text)) warn(text);
      said.add(text);
    },
    engineLevel: level === 'debug' || level === 'trace' ? level : 'silent',
    engineStream: new Writable({
      write: (line: Buffer, _encoding, done) => {
        log.info(visible(messageOf(line.toString('utf8'))));
        done();
      },
    }),
  };
}

function messageOf(line: string): string {
  try {
    const { name, msg } = JSON.parse(line) as { name?: string; msg?: string };
    return `${name ?? 'PRISM'}  ${msg ?? ''}`;
  } catch {
    return line.trimEnd();
  }
}

/** A client chooses what its request says: it must not move the cursor or set colours. Line breaks are ours. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '·');
}
