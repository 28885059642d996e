import type { Log, Redactor } from '../contracts/index.ts';
import type { Surroundings } from './command.ts';

const CLEAR_LINE = '\r\u001B[2K';

export interface LogOptions {
  readonly debug: boolean;
  /** Warnings only. */
  readonly quiet?: boolean;
  readonly redactor?: Redactor;
}

/** Progress and logs on stderr, redacted as soon as the run has a redactor. */
export function createLog(to: Pick<Surroundings, 'stderr' | 'terminal'>, options: LogOptions): Log {
  let progressShown = false;
  const clean = (text: string): string => options.redactor?.text(text) ?? text;
  const line = (text: string): void => {
    to.stderr.write(`${progressShown ? CLEAR_LINE : ''}${clean(text)}\n`);
    progressShown = false;
  };
  return {
    debug: (text) => {
      if (options.debug) line(text);
    },
    info: (text) => {
      if (options.quiet !== true) line(text);
    },
    warn: line,
    progress: (text) => {
      if (!to.terminal || options.quiet === true || (text === '' && !progressShown)) return;
      to.stderr.write(`${CLEAR_LINE}${clean(text)}`);
      progressShown = text !== '';
    },
  };
}
