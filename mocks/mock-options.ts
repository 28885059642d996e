import type { WebhooksConfig } from '../contracts/index.ts';
import type { FaultRule } from './fault-rule.ts';

/** How the mocks are served. The first block is Prism's own flags, under the same names and with the same meaning. */
export interface MockOptions {
  /** 0 is any free port. */
  readonly port: number;
  readonly host: string;
  /** Answers carry CORS headers and preflight requests are answered. */
  readonly cors: boolean;
  /** Bodies are generated from schemas instead of taken from examples. */
  readonly dynamic: boolean;
  /** An answer of the mock that breaks its own contract is replaced by a 500. */
  readonly errors: boolean;
  readonly ignoreExamples: boolean;
  /** Makes every generated answer repeatable. */
  readonly seed?: string;
  /** Generated objects get additional properties where the schema allows them. */
  readonly fillProperties?: boolean;
  readonly verboseLevel: VerboseLevel;
  /** Requests are held against the contract; only a proxy may leave it out. */
  readonly validateRequest?: boolean;

  /**
   * `root`: one document at `/`, exactly as `prism mock` serves it; `catalogue`: every API in every version on one port
   * under `/name/version`; `ports`: each on a port of its own, counting up from `port`. Unless told, one bare document is
   * served at the root and everything else as a catalogue.
   */
  readonly layout?: MockLayout;
  /** File for every exchange as NDJSON, one a line, appended as they happen. */
  readonly journalFile?: string;
  /** File for the exchanges that are still in memory at the end, as HAR 1.2. */
  readonly harFile?: string;
  /** How many exchanges are kept in memory. */
  readonly journalSize?: number;
  readonly limits?: Partial<RequestLimits>;
  /** HTTPS; with nothing in it, by a certificate that is made at the start. */
  readonly tls?: TlsOptions;
  /** HTTP/2 beside HTTP/1.1 on the same port: by ALPN over TLS, by prior knowledge without. */
  readonly http2?: boolean;
  /** How many processes answer; one, this one, unless told. */
  readonly workers?: number;
  /** Documents are read anew when a file of theirs changes. */
  readonly watch?: boolean;
  /** What is done to clients on purpose. */
  readonly faults?: readonly FaultRule[];
  /** Who is told of the events of contracts; nobody unless told. */
  readonly webhooks?: WebhooksConfig;
  /** The mocks remember what they are sent, as far as the contract tells how. */
  readonly state?: StateOptions;
  /** Our own, for the HAR's creator. */
  readonly toolVersion?: string;
}

/** Absolute paths. */
export interface StateOptions {
  /** Where the state outlives the mocks; in memory without one. */
  readonly file?: string;
  /** What every consumer begins with, instead of the contract's examples. */
  readonly seedFile?: string;
}

/** Absolute paths of PEM files. */
export interface TlsOptions {
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Where the generated certificate is written, for clients to trust. */
  readonly caOutFile?: string;
  /** Clients must show a certificate that one of these signed. */
  readonly clientCaFile?: string;
  /** Those without one are served too, where it is `optional`. */
  readonly clientCert?: 'optional' | 'required';
}

export type MockLayout = 'root' | 'catalogue' | 'ports';

export const VERBOSE_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type VerboseLevel = (typeof VERBOSE_LEVELS)[number];

/** What a request may cost us. A body over 10 MB is answered with 413 by Prism itself. */
export interface RequestLimits {
  readonly headerBytes: number;
  readonly urlBytes: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connections: number;
}

/** Headers, and with them the URL, as Node and so Prism draws the line: beyond it, it is Node that answers with 431. */
const LIMITS: RequestLimits = {
  headerBytes: 16 * 1024,
  urlBytes: 16 * 1024,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
  connections: 1_000,
};

export function limitsOf(options: Pick<MockOptions, 'limits'>): RequestLimits {
  return { ...LIMITS, ...options.limits };
}

/** What `prism mock DOCUMENT` does when nothing else is asked for. */
export const MOCK_DEFAULTS: MockOptions = {
  port: 4010,
  host: '127.0.0.1',
  cors: true,
  dynamic: false,
  errors: false,
  ignoreExamples: false,
  verboseLevel: 'info',
};
