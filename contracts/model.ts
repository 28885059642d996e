import type { Json, JsonObject } from './json.ts';
import type { Finding, Where } from './finding.ts';

export type ContractKind = 'openapi' | 'asyncapi' | 'file' | 'pact' | 'postman';

/**
 * One contract of the catalogue, parsed. Plain and serialisable: a schema keeps its `$ref`s, all of which lead into
 * `document`, so circular schemas are no cycles here.
 */
export interface Contract {
  readonly kind: ContractKind;
  /** `parcels`; for a bare document its title in kebab-case; for a pact `consumer-provider`. */
  readonly name: string;
  /** SemVer, from the contract itself. */
  readonly version: string;
  readonly title: string;
  /** Path of the root document, relative to the workspace root. */
  readonly source: string;
  /** `sha256:` and hex, over the root document and every file it refers to. */
  readonly digest: string;
  /** The specification it is written in: `2.0`, `3.1.0`, `asyncapi 3.0.0`, `pact 4`, `datapackage 2.0`, `json-schema 2020-12`, `xsd 1.0`. */
  readonly specification: string;
  readonly operations: readonly Operation[];
  /** OpenAPI's webhooks as the operations that the API calls at its users; `path` is the webhook's name. */
  readonly webhooks?: readonly Operation[];
  readonly messages: readonly Message[];
  /** What answers messages: AsyncAPI 3's Operation Reply Objects. */
  readonly replies?: readonly Reply[];
  readonly interactions: readonly Interaction[];
  readonly files: readonly FileDescription[];
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /**
   * The root document; a file it refers to sits whole under `x-tally-files/<path>`, and references to it are rewritten to
   * lead there, so that every pointer still says which file and where (see `locate`).
   */
  readonly document: JsonObject;
}

/** What a client may do: OpenAPI's Operation Object, with path-level parameters and inherited security applied. */
export interface Operation {
  /** `operationId`, or `METHOD /path` where the document gives none. Unique within the contract. */
  readonly id: string;
  /** Lower case. */
  readonly method: string;
  /** The template: `/parcels/{parcelId}`. */
  readonly path: string;
  readonly summary?: string;
  readonly deprecated: boolean;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: readonly Response[];
  /** Alternatives (any one is enough) of schemes (all of one alternative are needed) to scopes; [] is no security. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly callbacks: readonly {
    readonly name: string;
    readonly expression: string;
    readonly operations: readonly Operation[];
  }[];
  /** Pointer into the contract's `document`. */
  readonly pointer: string;
  /** Pointer of the Path Item Object that it stands in. */
  readonly itemPointer?: string;
  readonly where: Where;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly style: string;
  readonly explode: boolean;
  readonly schema: Json;
  /** The first example the contract gives (parameter's, media type's or schema's), absent when it gives none. */
  readonly example?: Json;
  /** Pointer of `schema` in `document`. */
  readonly pointer: string;
  /** Pointer of the Parameter Object. */
  readonly declaredAt?: string;
}

export interface RequestBody {
  readonly required: boolean;
  readonly content: readonly MediaType[];
  /** Of the Request Body Object; Swagger 2.0's body parameter or, for a form, its operation. */
  readonly pointer?: string;
}

export interface MediaType {
  readonly mediaType: string;
  /** `true` where the contract gives none. */
  readonly schema: Json;
  readonly examples: readonly { readonly name: string; readonly value: Json; readonly pointer: string }[];
  /** Pointer of `schema` in `document`. */
  readonly pointer: string;
}

export interface Response {
  /** `200`, `4XX` or `default`. */
  readonly status: string;
  readonly description: string;
  readonly headers: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: Json;
    /** Pointer of `schema` in `document`. */
    readonly pointer: string;
    /** Pointer of the Header Object. */
    readonly declaredAt?: string;
  }[];
  readonly content: readonly MediaType[];
  readonly pointer: string;
}

export type SecurityScheme =
  | { readonly type: 'apiKey'; readonly name: string; readonly in: 'header' | 'query' | 'cookie' }
  | { readonly type: 'http'; readonly scheme: string }
  | { readonly type: 'oauth2'; readonly tokenUrl?: string; readonly scopes: readonly string[] }
  | { readonly type: 'openIdConnect'; readonly url: string }
  | { readonly type: 'mutualTLS' };

/** An event: AsyncAPI's message on its channel, or an OpenAPI webhook. */
export interface Message {
  readonly id: string;
  readonly channel: string;
  /** From the application that the contract describes: it sends or it receives. */
  readonly action: 'send' | 'receive';
  readonly contentType: string;
  readonly payload: Json;
  readonly headers: Json;
  readonly examples: readonly {
    readonly name: string;
    readonly payload: Json;
    readonly headers?: Json;
    readonly pointer: string;
  }[];
  /** Of headers, those that stand beside no payload, too. */
  readonly headerExamples?: readonly { readonly value: Json; readonly pointer: string }[];
  /** What makes it happen: an operation and its outcome, or a schedule, from `x-trigger`. */
  readonly trigger?: { readonly operationId?: string; readonly status?: string; readonly schedule?: string };
  /** Pointer of `payload` in `document`. */
  readonly pointer: string;
  /** Pointer of the Message Object. */
  readonly declaredAt?: string;
  readonly where: Where;
}

/** What answers the messages of an AsyncAPI operation, over another channel or the same. */
export interface Reply {
  /** Name of the operation. */
  readonly operation: string;
  /** Of the answer: the opposite of the operation's. */
  readonly action: Message['action'];
  /** Address of its channel, where one is named. */
  readonly channel?: string;
  /** Where the message says at which address its answer is awaited: `$message.header#/replyTo`. */
  readonly location?: string;
  readonly messages: readonly Message[];
  /** Pointer of the Operation Reply Object. */
  readonly pointer: string;
}

/** One Pact interaction. The pact specification version is a field of the contract, never a second shape here. */
export interface Interaction {
  readonly description: string;
  readonly type: 'http' | 'message';
  readonly providerStates: readonly { readonly name: string; readonly params?: JsonObject }[];
  readonly consumer: string;
  readonly provider: string;
  /** The operation, when `type` is `http`. */
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly query?: Json;
    readonly headers?: Json;
    readonly body?: Json;
  };
  readonly response?: { readonly status: number; readonly headers?: Json; readonly body?: Json };
  /** The message, when `type` is `message`. */
  readonly contents?: Json;
  readonly pointer: string;
  readonly where: Where;
}

/** One file of an exchange. `description` is the Data Package resource, the JSON Schema or the XSD reference. */
export interface FileDescription {
  readonly id: string;
  readonly format: 'csv' | 'json' | 'ndjson' | 'xml';
  /** Path of the XSD or JSON Schema, relative to the workspace root, where the contract names one. */
  readonly schemaSource?: string;
  /** CSV: the resource with `schema` and `dialect`; JSON: `{ schema }`; XML: `{}`. `x-exchange` included. */
  readonly description: JsonObject;
  readonly examples: readonly string[];
  readonly pointer: string;
  readonly where: Where;
}

/** A parsed contract, and what is wrong with it. A contract that cannot be read at all is a TallyError instead. */
export interface ParsedContract {
  readonly contract: Contract;
  readonly findings: readonly Finding[];
}

/** How one kind of contract is recognised and read. */
export interface Kind {
  readonly id: ContractKind;
  readonly summary: string;
  /** Whether this document is of this kind. `document` is the parsed root, or undefined where it is no JSON or YAML. */
  recognises(document: Json | undefined, path: string): boolean;
  /** @throws TallyError when the document cannot be read at all */
  parse(path: string, options: ParseOptions): Promise<ParsedContract>;
}

export interface ParseOptions {
  /** Sources in findings are relative to this folder. */
  readonly root: string;
  /** The catalogue's name for it; derived from the title when absent. */
  readonly name?: string;
}
