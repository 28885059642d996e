import type { Log, Redactor } from '../contracts/index.ts';
import type { Surroundings } from './command.ts';

const CLEAR_LINE = '\r\u001B[2K';

/** Progress and logs on stderr. Give it the run's redactor as soon as there is one. */
export function createLog(to: Pick<Surroundings, 'stderr' | 'terminal'>, debug: boolean, redactor?: Redactor): Log {
  let progressShown = false;
  const clean = (text: string): string => redactor?.text(text) ?? text;
  const line = (text: string): void => {
    to.stderr.write(`${progressShown ? CLEAR_LINE : ''}${clean(text)}\n`);
    progressShown = false;
  };
  return {
    debug: (text) => {
      if (debug) line(text);
    },
    info: line,
    warn: line,
    progress: (text) => {
      if (!to.terminal) return;
      if (text === '' && !progressShown) return;
      to.stderr.write(`${CLEAR_LINE}${clean(text)}`);
      progressShown = text !== '';
    },
  };
}
