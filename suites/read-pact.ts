import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, TallyError, type Json, type JsonObject } from '../contracts/index.ts';

/** A pact as its file says it, for the verifier: every version of the specification (2 to 4). */
export interface PactFile {
  /** Relative to the workspace root. */
  readonly source: string;
  readonly consumer: string;
  readonly provider: string;
  readonly document: JsonObject;
  readonly interactions: readonly PactInteraction[];
}

export interface PactInteraction {
  readonly type: 'http' | 'message';
  readonly description: string;
  /** Names of the provider states. */
  readonly states: readonly string[];
  /** Into the pact: of the interaction, of the part that the provider's answer is held to, and of its body. */
  readonly pointer: string;
  readonly expectedPointer: string;
  readonly bodyPointer: string;
  readonly method?: string;
  readonly path?: string;
  /** Lower-case names of the request's headers. */
  readonly requestHeaders: readonly string[];
  /** The expected status. */
  readonly status?: number;
}

/** Added to the requests of a pact on their way through the verifier: the index of their interaction. */
export const INTERACTION_HEADER = 'x-tally-interaction';

/** @throws TallyError PACT_UNREADABLE */
export async function readPact(root: string, source: string): Promise<PactFile> {
  const document = await parse(root, source);
  const listed = ['interactions', 'messages'].flatMap((key) =>
    listOf(document[key]).map((value, index) => ({ value, pointer: `/${key}/${index}` })),
  );
  return {
    source,
    consumer: nameOf(document['consumer']),
    provider: nameOf(document['provider']),
    document,
    interactions: listed.flatMap(({ value, pointer }) => (isObject(value) ? [readInteraction(value, pointer)] : [])),
  };
}

async function parse(root: string, source: string): Promise<JsonObject> {
  try {
    const document: unknown = JSON.parse(await readFile(join(root, source), 'utf8'));
    if (isObject(document)) return document;
    throw new Error('it is no JSON object');
  } catch (cause) {
    throw new TallyError({
      code: 'PACT_UNREADABLE',
      where: source,
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'generate it again: tally verify --suite consumer --update-pacts',
      cause,
    });
  }
}

function readInteraction(value: JsonObject, pointer: string): PactInteraction {
  const base = { description: text(value['description']), states: statesOf(value), pointer };
  const { request, response } = value;
  if (!isObject(request) || !isObject(response)) return messageInteraction(value, base);
  return {
    ...base,
    type: 'http',
    expectedPointer: `${pointer}/response`,
    bodyPointer: bodyPointerOf(response['body'], `${pointer}/response/body`),
    method: text(request['method']).toUpperCase(),
    path: text(request['path']),
    requestHeaders: isObject(request['headers'])
      ? Object.keys(request['headers']).map((name) => name.toLowerCase())
      : [],
    ...(typeof response['status'] === 'number' ? { status: response['status'] } : {}),
  };
}

function messageInteraction(
  value: JsonObject,
  base: Pick<PactInteraction, 'description' | 'states' | 'pointer'>,
): PactInteraction {
  const bodyPointer = bodyPointerOf(value['contents'], `${base.pointer}/contents`);
  return { ...base, type: 'message', expectedPointer: base.pointer, bodyPointer, requestHeaders: [] };
}

/** Pact 4 wraps a body as `{content, contentType, encoded}`; older pacts have it bare. */
function bodyPointerOf(body: Json | undefined, pointer: string): string {
  return isObject(body) && 'content' in body && 'contentType' in body ? `${pointer}/content` : pointer;
}

/** `providerStates: [{name}]` from Pact 3 on, `providerState` before. */
function statesOf(value: JsonObject): readonly string[] {
  const states = listOf(value['providerStates']).flatMap((state) => (isObject(state) ? [text(state['name'])] : []));
  const old = value['providerState'] ?? value['provider_state'];
  return typeof old === 'string' ? [...states, old] : states;
}

function nameOf(party: Json | undefined): string {
  return isObject(party) ? text(party['name']) : '';
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
