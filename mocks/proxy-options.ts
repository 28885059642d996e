import type { MockOptions } from './mock-options.ts';

/** How the proxy is served. The first block is Prism's own flags, under the same names and with the same meaning. */
export interface ProxyOptions extends Pick<
  MockOptions,
  | 'port'
  | 'host'
  | 'cors'
  | 'errors'
  | 'verboseLevel'
  | 'watch'
  | 'harFile'
  | 'journalFile'
  | 'journalSize'
  | 'limits'
  | 'toolVersion'
> {
  /** The only server that is ever called, with the path below which it serves the API. */
  readonly upstream: URL;
  /** A proxy on the way to the upstream, as Prism names it. */
  readonly upstreamProxy?: URL;
  /** Requests are held against the contract; security always is. */
  readonly validateRequest: boolean;

  /** How long the upstream may say nothing before the client gets a 504; 60 s unless told. */
  readonly silenceMs?: number;
}
