import type { Json } from '../contracts/index.ts';

/**
 * A part of the control API and a page of the console: faults, scenarios, the sandbox, deliveries. Its routes stand below
 * `/<id>`. The console shows what `GET /<id>` answers, where that is a `ControlList`, and its actions as buttons.
 */
export interface ControlSection {
  /** kebab-case; none of the control API's own first segments. */
  readonly id: string;
  readonly title: string;
  readonly routes: readonly ControlRoute[];
}

export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the section: empty, or `/{name}/resend`. */
  readonly path: string;
  readonly summary: string;
  /** @throws TallyError for what the caller did wrong: it is answered with 400 and its text */
  readonly handle: (request: ControlRequest) => ControlAnswer | Promise<ControlAnswer>;
}

export interface ControlRequest {
  /** What stood in place of `{name}`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined where none was sent. */
  readonly body: Json | undefined;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

export interface ControlAnswer {
  readonly status: number;
  /** Plain data, redacted. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the console can show of any section. */
export interface ControlList {
  readonly items: readonly {
    readonly id: string;
    readonly title: string;
    /** A line or more of plain text. */
    readonly detail?: string;
    readonly actions?: readonly ControlAction[];
  }[];
  /** For the section as a whole. */
  readonly actions?: readonly ControlAction[];
}

interface ControlAction {
  readonly label: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Of the control API: `/faults/reset_peer`. */
  readonly path: string;
  readonly body?: Json;
}
