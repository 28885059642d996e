import type { Severity } from './finding.ts';

/** `tally.yaml`, checked and with its defaults filled in. The published schema is `contracts/schemas/tally.schema.json`. */
export interface Config {
  readonly name: string;
  /** By API name: how its provider is reached or started. */
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly credentials: Readonly<Record<string, CredentialConfig>>;
  /** By consumer name: the contract versions its pacts are for, by API or event name. Others are for the newest. */
  readonly consumers: Readonly<Record<string, { readonly contracts: Readonly<Record<string, string>> }>>;
  readonly mock: MockConfig;
  readonly gates: {
    readonly failOn: Severity;
    /** By code: how bad a finding of the static gates or a change is, where our own judgement does not suit. */
    readonly severities?: Readonly<Record<string, Severity>>;
  };
  readonly load: { readonly enabled: boolean };
}

/** How `tally mock` serves. Files are relative to `tally.yaml`. */
export interface MockConfig {
  readonly host: string;
  readonly port: number;
  /** How many processes answer; one unless told. */
  readonly workers?: number;
  /** Whether documents are read anew when they change; yes unless told. */
  readonly watch?: boolean;
  /** Whether HTTP/2 is spoken too. */
  readonly http2?: boolean;
  /** What is done to clients on purpose: `latency latencyMs=500`, or the same as a map with `fault`. */
  readonly faults?: readonly (string | Readonly<Record<string, unknown>>)[];
  /** Who is told of the events of contracts. */
  readonly webhooks?: WebhooksConfig;
  /** Whether the console is served, on the control port. */
  readonly console?: boolean;
  /** Of the control API, on 127.0.0.1; 0 is any free one. It is served where this or `console` is set. */
  readonly controlPort?: number;
  /** Whether what is sent is remembered; a file makes it last, another says what there is at the start. */
  readonly state?: boolean | { readonly file?: string; readonly seed?: string };
  /** HTTPS; without a certificate, by one that is generated. */
  readonly tls?: {
    readonly cert?: string;
    readonly key?: string;
    readonly clientCa?: string;
    readonly clientCert?: 'optional' | 'required';
  };
}

export interface WebhooksConfig {
  readonly endpoints: readonly {
    readonly url: string;
    /** Name of a contract; all of them unless told. */
    readonly contract?: string;
    /** Ids of events; all unless told. */
    readonly events?: readonly string[];
    /** Id of a signature scheme; Standard Webhooks unless told. */
    readonly scheme?: string;
    /** Names of credentials: what signs, and what signs too while secrets change. */
    readonly credential?: string;
    readonly previousCredential?: string;
  }[];
  /** Addresses and ranges beside loopback. */
  readonly allow?: readonly string[];
  readonly retriesS?: readonly number[];
  readonly timeoutMs?: number;
  readonly disableAfter?: number;
}

/** Exactly one of `url` and `start` is given. */
export interface ProviderConfig {
  /** Absolute, of a provider that runs already. */
  readonly url?: string;
  /** A command that serves on the port in the environment variable PORT, on 127.0.0.1. */
  readonly start?: {
    readonly command: string;
    readonly readyPath: string;
    readonly timeoutMs: number;
    readonly env: Readonly<Record<string, string>>;
  };
  /**
   * By contract version: the path that version is served under, `/v2`. Versions that are not named are not served; when
   * `tally.yaml` names none at all, the newest one is served at the root.
   */
  readonly versions: Readonly<Record<string, string>>;
  /** The credential that may call every operation. */
  readonly credential?: string;
  /** Path or URL that receives Pact's provider-state changes (`POST {state, params, action}`). */
  readonly statesPath?: string;
  /** Path or URL that produces Pact's messages (`POST {description, providerStates}`). */
  readonly messagesPath?: string;
  /** By event contract name: where the provider is told a webhook endpoint, and the credential that signs. */
  readonly webhooks?: {
    readonly events: string;
    readonly subscribePath: string;
    readonly credential: string;
    readonly triggerOperationId: string;
  };
  /** By file contract name: the path that serves (after a POST to it that writes) the newest file. */
  readonly files: readonly { readonly file: string; readonly path: string }[];
}

/** `env:NAME`, `file:path`, `command:…`; `otherwise: generate` makes one up for this run when it is not set. */
export interface SecretReference {
  readonly from: string;
  readonly otherwise?: 'generate';
}

export type CredentialConfig =
  | { readonly type: 'apiKey'; readonly header: string; readonly value: SecretReference }
  | { readonly type: 'bearer'; readonly value: SecretReference }
  | { readonly type: 'basic'; readonly username: string; readonly value: SecretReference }
  | {
      readonly type: 'oauth2';
      readonly tokenUrl?: string;
      readonly tokenPath?: string;
      readonly clientId: string;
      readonly value: SecretReference;
      readonly scopes: readonly string[];
    }
  /** A signing secret: never sent. */
  | { readonly type: 'webhook'; readonly value: SecretReference };
