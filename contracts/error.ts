/** The process exit codes. `kept` is every contract kept; the others say who has to act. */
export const EXIT = {
  kept: 0,
  /** A finding at or above `--fail-on`, or a gate missed. */
  broken: 1,
  /** Usage, configuration or contract invalid. */
  usage: 2,
  /** Inconclusive, a check that could not run, or an unhealthy load generator. */
  inconclusive: 3,
  /** The target was never reached. */
  unreached: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A TallyError as plain data, for reports. */
export interface TallyErrorData {
  readonly code: string;
  readonly where: string;
  readonly why: string;
  readonly fix: string;
  readonly exitCode: ExitCode;
}

/**
 * We cannot do our work. Thrown; a subject that departs from its contract is a Finding instead.
 *
 * `code` is stable and in capitals (`CONTRACT_VERSION_UNKNOWN`), `where` names the file, line, flag or address and what
 * is wrong there, `why` the reason, `fix` the next thing to do.
 */
export class TallyError extends Error implements TallyErrorData {
  readonly code: string;
  readonly where: string;
  readonly why: string;
  readonly fix: string;
  readonly exitCode: ExitCode;

  constructor(data: {
    code: string;
    where: string;
    why: string;
    fix: string;
    /** 2 (usage) unless told. */
    exitCode?: ExitCode;
    cause?: unknown;
  }) {
    super(`${data.code}  ${data.where}: ${data.why}`, data.cause === undefined ? undefined : { cause: data.cause });
    this.name = 'TallyError';
    this.code = data.code;
    this.where = data.where;
    this.why = data.why;
    this.fix = data.fix;
    this.exitCode = data.exitCode ?? EXIT.usage;
  }

  toJSON(): TallyErrorData {
    return { code: this.code, where: this.where, why: this.why, fix: this.fix, exitCode: this.exitCode };
  }
}

/** The three lines a person reads: code and place, why, fix. */
export function formatError(error: TallyErrorData): string {
  // What a library says may have several lines.
  const indented = (text: string): string => text.trimEnd().replaceAll(/\s*\n\s*/g, '\n       ');
  return `${error.code}  ${error.where}\n  why  ${indented(error.why)}\n  fix  ${indented(error.fix)}`;
}
