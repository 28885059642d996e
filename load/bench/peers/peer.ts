/** Somebody who serves the same requests as we do. */
export interface Peer {
  readonly name: string;
  /** Arguments of `node`; the server answers on 127.0.0.1 at `port` soon after. */
  command(serving: Serving): readonly string[];
  /** Undefined is all of them. */
  readonly scenarios?: readonly string[];
}

interface Serving {
  readonly document: string;
  readonly port: number;
  /** File with the answer that a server without a contract gives: `Answer` as JSON. */
  readonly answerFile: string;
}

/** One answer as it was received from `tally mock`. */
export interface Answer {
  readonly status: number;
  /** Names and values by turns, as received, less those that the server itself adds. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}
