import path from 'node:path';
import type { Finding } from '../finding.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { kebabCase } from '../kebab-case.ts';
import { locateIn } from '../locate.ts';
import { TallyError } from '../error.ts';
import type { Contract, Interaction, Kind, ParsedContract, ParseOptions } from '../model.ts';
import { readDocument } from '../read-document.ts';

/** Pact files: what a consumer relies on, by example. */
export const pact: Kind = {
  id: 'pact',
  summary: 'Pact files, specification 1 to 4, with HTTP and message interactions',
  recognises: (document) =>
    isObject(document) &&
    (Array.isArray(document['interactions']) || Array.isArray(document['messages'])) &&
    ['consumer', 'provider', 'metadata'].some((name) => Object.hasOwn(document, name)),
  parse,
};

async function parse(file: string, options: ParseOptions): Promise<ParsedContract> {
  const { document, source, digest } = await readDocument(file, options.root);
  const reading: Reading = { document, root: options.root, source, findings: [] };
  const consumer = participant(reading, 'consumer');
  const provider = participant(reading, 'provider');
  const specification = specificationOf(reading);
  const interactions = [...listed(reading, 'interactions'), ...listed(reading, 'messages')].flatMap(
    (item) => interactionOf(reading, item, { consumer, provider }) ?? [],
  );
  if (interactions.length === 0)
    note(reading, '', {
      code: 'pact-empty',
      severity: 'warning',
      message: 'the pact has no interactions',
      fix: 'run the consumer tests that write it',
    });
  noteContradictions(reading, interactions);
  const fallback = path.posix.basename(source, '.json');
  const contract: Contract = {
    kind: 'pact',
    name: options.name ?? (kebabCase(`${consumer} ${provider}`) || fallback),
    // A pact has no version of its own: a broker gives it the consumer's.
    version: '0.0.0',
    title: `${consumer || 'a consumer'} and ${provider || 'a provider'}`,
    source,
    digest,
    specification: `pact ${specification}`,
    operations: [],
    messages: [],
    interactions,
    files: [],
    securitySchemes: {},
    document,
  };
  return { contract, findings: reading.findings };
}

interface Reading {
  readonly document: JsonObject;
  readonly root: string;
  readonly source: string;
  readonly findings: Finding[];
}

function participant(reading: Reading, role: 'consumer' | 'provider'): string {
  const member = reading.document[role];
  const name = isObject(member) ? member['name'] : undefined;
  if (typeof name === 'string' && name !== '') return name;
  note(reading, `/${role}`, {
    code: `pact-${role}-missing`,
    message: `the pact names no ${role}`,
    fix: `add "${role}": { "name": "…" }`,
  });
  return '';
}

/** The major version; pact libraries have written it in three places over time. Without one, it is version 2. */
function specificationOf({ document, root, source }: Reading): string {
  const metadata = isObject(document['metadata']) ? document['metadata'] : {};
  const holder = metadata['pactSpecification'] ?? metadata['pact-specification'];
  const version = (isObject(holder) ? holder['version'] : undefined) ?? metadata['pactSpecificationVersion'] ?? '2.0.0';
  const major =
    String(typeof version === 'number' || typeof version === 'string' ? version : '').split('.', 1)[0] ?? '';
  if (/^[1-4]$/.test(major)) return major;
  const { line, column } = locateIn(root, source, '/metadata');
  throw new TallyError({
    code: 'PACT_VERSION_UNSUPPORTED',
    where: `${source}:${line}:${column}`,
    why: `the pact specification ${JSON.stringify(version)} is not known`,
    fix: 'supported are the versions 1 to 4',
  });
}

interface Item {
  readonly value: JsonObject;
  readonly pointer: string;
  /** From the list `messages`, which pact 3 has beside `interactions`. */
  readonly isMessage: boolean;
}

function listed(reading: Reading, key: 'interactions' | 'messages'): readonly Item[] {
  const list = reading.document[key];
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    note(reading, `/${key}`, {
      code: 'document-malformed',
      message: `"${key}" must be a list`,
      fix: 'write it with a Pact library',
    });
    return [];
  }
  return list.flatMap((value: Json, index) => {
    const pointer = joinPointer('', key, index);
    if (isObject(value))
      return [{ value, pointer, isMessage: key === 'messages' || (textOf(value['type']) ?? '').endsWith('Messages') }];
    note(reading, pointer, {
      code: 'document-malformed',
      message: 'an interaction must be a map',
      fix: 'write it with a Pact library',
    });
    return [];
  });
}

type Participants = Pick<Interaction, 'consumer' | 'provider'>;

function interactionOf(reading: Reading, item: Item, participants: Participants): Interaction | undefined {
  const description = textOf(item.value['description']) ?? '';
  if (description === '')
    note(reading, item.pointer, {
      code: 'pact-description-missing',
      message: 'an interaction has no description',
      fix: 'describe it: description and provider states tell interactions apart',
    });
  const common = {
    description,
    providerStates: statesOf(item.value),
    ...participants,
    pointer: item.pointer,
    where: locateIn(reading.root, reading.source, item.pointer),
  };
  return item.isMessage
    ? { ...common, type: 'message', contents: contentsOf(reading, item) }
    : httpInteraction(reading, item, common);
}

/** Pact 1 and 2 have one state, as a text. */
function statesOf(interaction: JsonObject): Interaction['providerStates'] {
  const states = interaction['providerStates'] ?? interaction['providerState'] ?? interaction['provider_state'];
  if (typeof states === 'string') return states === '' ? [] : [{ name: states }];
  if (!Array.isArray(states)) return [];
  return states.flatMap((state: Json) => {
    const name = isObject(state) ? textOf(state['name']) : textOf(state);
    const params = isObject(state) ? state['params'] : undefined;
    return name === undefined
      ? []
      : [{ name, ...(isObject(params) && Object.keys(params).length > 0 ? { params } : {}) }];
  });
}

type Common = Omit<Interaction, 'type' | 'request' | 'response' | 'contents'>;

function httpInteraction(reading: Reading, item: Item, common: Common): Interaction | undefined {
  const { request, response } = item.value;
  const missing = [...(isObject(request) ? [] : ['request']), ...(isObject(response) ? [] : ['response'])];
  for (const name of missing)
    note(reading, item.pointer, {
      code: `pact-${name}-missing`,
      message: `the interaction "${common.description}" has no ${name}`,
      fix: `add "${name}"`,
    });
  if (!isObject(request) || !isObject(response)) return undefined;
  return { ...common, type: 'http', request: requestOf(request), response: responseOf(reading, item, response) };
}

function requestOf(request: JsonObject): NonNullable<Interaction['request']> {
  const { query } = request;
  return {
    method: (textOf(request['method']) ?? 'GET').toUpperCase(),
    path: textOf(request['path']) ?? '/',
    ...(query === undefined || query === null || query === '' ? {} : { query: queryOf(query) }),
    ...headersAndBody(request),
  };
}

function responseOf(reading: Reading, item: Item, response: JsonObject): NonNullable<Interaction['response']> {
  const status = response['status'] ?? 200;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) {
    note(reading, joinPointer(item.pointer, 'response', 'status'), {
      code: 'pact-status-invalid',
      message: `${JSON.stringify(status)} is no HTTP status`,
      fix: 'give a number from 100 to 599',
      actual: status,
    });
    return { status: 200, ...headersAndBody(response) };
  }
  return { status, ...headersAndBody(response) };
}

/** Pact 2 writes the query as it stands in a URL, later ones as lists by name. Here it is always lists by name. */
function queryOf(query: Json): Json {
  if (typeof query !== 'string')
    return isObject(query)
      ? Object.fromEntries(
          Object.entries(query).map(([name, values]) => [name, Array.isArray(values) ? values : [values]]),
        )
      : query;
  const lists: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (lists[name] ??= []).push(value);
  return lists;
}

function headersAndBody(holder: JsonObject): { readonly headers?: Json; readonly body?: Json } {
  const { headers, body } = holder;
  return {
    ...(isObject(headers) && Object.keys(headers).length > 0 ? { headers: joinedHeaders(headers) } : {}),
    ...(body === undefined ? {} : bodyOf(body)),
  };
}

/** Pact 4 writes each header as a list. */
function joinedHeaders(headers: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function bodyOf(body: Json): { readonly body?: Json } {
  const content = contentOf(body);
  return content === undefined ? {} : { body: content };
}

/** Pact 4 wraps a body: `{ content, contentType, encoded }`. An empty wrapper is an absent body. */
function contentOf(body: Json): Json | undefined {
  if (!isObject(body)) return body;
  const isWrapped = 'content' in body && ('contentType' in body || 'encoded' in body);
  if (!isWrapped) return body;
  const { content, encoded } = body;
  if (typeof content !== 'string' || encoded === undefined || encoded === false) return content;
  const text = Buffer.from(content, 'base64').toString('utf8');
  return /json/i.test(textOf(body['contentType']) ?? '') ? parsedOr(text) : text;
}

function parsedOr(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** A message's contents; of a message with an answer (pact 4 `Synchronous/Messages`), what is asked. */
function contentsOf(reading: Reading, item: Item): Json {
  const request = isObject(item.value['request']) ? item.value['request'] : item.value;
  const { contents } = request;
  if (contents === undefined)
    note(reading, item.pointer, {
      code: 'pact-contents-missing',
      message: `the message "${textOf(item.value['description']) ?? ''}" has no contents`,
      fix: 'add "contents"',
    });
  return contents === undefined ? null : (contentOf(contents) ?? null);
}

/** Two interactions with one description and the same states are one to a verifier: the second may hide the first. */
function noteContradictions(reading: Reading, interactions: readonly Interaction[]): void {
  const first = new Map<string, Interaction>();
  for (const interaction of interactions) {
    const key = JSON.stringify([interaction.type, interaction.description, interaction.providerStates]);
    const before = first.get(key);
    if (before === undefined) first.set(key, interaction);
    else if (contentKey(before) !== contentKey(interaction)) {
      note(reading, interaction.pointer, {
        code: 'pact-interaction-contradiction',
        message: `"${interaction.description}" is described twice, differently, in the same provider state; the other stands on line ${before.where.line}`,
        fix: 'give one of them another description or another provider state',
      });
    }
  }
}

function contentKey({ request, response, contents }: Interaction): string {
  return JSON.stringify([request, response, contents]);
}

type Note = Pick<Finding, 'code' | 'message' | 'fix' | 'actual'> & { readonly severity?: Finding['severity'] };

function note(reading: Reading, pointer: string, finding: Note): void {
  reading.findings.push({ severity: 'error', ...finding, where: locateIn(reading.root, reading.source, pointer) });
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
