/** What an operation answers, before it is written to the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for an answer without content. */
  readonly mediaType?: string;
  /** Written as JSON unless it is text. */
  readonly body?: unknown;
}

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, mediaType: 'application/json; charset=utf-8', body };
}
