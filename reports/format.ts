import type { Report } from './report.ts';

/** One way of writing a report down. Pure: the same report and options give the same text. */
export interface Format {
  readonly id: string;
  readonly summary: string;
  /** Without the dot: `json`. */
  readonly extension: string;
  /** Whether it shows lines of the contracts: only then are they read. */
  readonly showsLines?: boolean;
  render(report: Report, options: RenderOptions): string;
}

export interface RenderOptions {
  /** ANSI colours. Off unless told. */
  readonly colour?: boolean;
  /** The command to run next once every contract is kept: `tally run`. Only `text` suggests it. */
  readonly next?: string;
  /** Cuts a format that has to fit somewhere, in characters: Markdown is cut at 60,000 for a pull request's comment. */
  readonly maxChars?: number;
  /** The workspace's folder within its repository, where it is not the repository's root: `services/parcels`. */
  readonly folder?: string;
}
