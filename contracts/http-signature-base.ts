import { types } from 'node:util';
import {
  isInnerList,
  parseDictionary,
  serializeInnerList,
  serializeItem,
  type InnerList,
  type Item,
} from 'structured-headers';

/** A request, or an answer, as far as its signature can be about it. */
export interface SignedMessage {
  /** Of a request. */
  readonly method?: string;
  /** Absolute, of a request. */
  readonly url?: string;
  /** Of an answer. */
  readonly status?: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
}

/** One signature of a message: what it covers and says of itself, and its bytes. */
export interface HttpSignature {
  readonly label: string;
  readonly input: InnerList;
  readonly bytes: Buffer;
}

/** Several are for keys that are being changed, not for keeping us busy. */
const MOST_SIGNATURES = 8;
const MOST_COMPONENTS = 50;

/**
 * The signatures of a message, from its `Signature-Input` and `Signature` (RFC 9421 §4).
 *
 * @returns undefined where either cannot be read
 */
export function httpSignatures(input: string, signature: string): readonly HttpSignature[] | undefined {
  try {
    const bytes = parseDictionary(signature);
    return [...parseDictionary(input)].slice(0, MOST_SIGNATURES).flatMap(([label, member]) => {
      const value = bytes.get(label)?.[0];
      if (!isInnerList(member) || member[0].length > MOST_COMPONENTS || !types.isArrayBuffer(value)) return [];
      return [{ label, input: member, bytes: Buffer.from(value) }];
    });
  } catch {
    return undefined;
  }
}

/**
 * The bytes that are signed (RFC 9421 §2.5).
 *
 * @returns undefined where a component is not in the message, is covered twice or is one that we do not know: a signature
 *   over it can be neither made nor verified (§3.2)
 */
export function signatureBase(message: SignedMessage, input: InnerList): Buffer | undefined {
  const lines: string[] = [];
  const names = new Set<string>();
  for (const item of input[0]) {
    const name = serializeItem(item);
    const value = componentOf(message, item);
    if (value === undefined || names.has(name)) return undefined;
    names.add(name);
    lines.push(`${name}: ${value}`);
  }
  return Buffer.from([...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n'));
}

/** Parameters change what a component is: one that we do not know must not be passed over. */
function componentOf(message: SignedMessage, [name, parameters]: Item): string | undefined {
  if (typeof name !== 'string' || name !== name.toLowerCase()) return undefined;
  if (name === '@query-param') return queryParameter(message, parameters);
  if (parameters.size > 0) return undefined;
  return name.startsWith('@') ? derived(message, name) : message.headers.get(name)?.trim();
}

/** RFC 9421 §2.2. */
function derived({ method, url, status }: SignedMessage, name: string): string | undefined {
  if (name === '@status') return status === undefined ? undefined : String(status);
  if (name === '@method') return method;
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, host, pathname, search } = new URL(url);
  switch (name) {
    case '@target-uri':
      // As it was written: what a receiver makes of it is for the receiver to say.
      return url.replace(/#.*$/s, '');
    case '@authority':
      return host;
    case '@scheme':
      return protocol.slice(0, -1);
    case '@request-target':
      return pathname + search;
    case '@path':
      return pathname;
    case '@query':
      return search === '' ? '?' : search;
    default:
      return undefined;
  }
}

/** §2.2.8: the value anew in percent-encoding; a name that comes twice cannot be covered. */
function queryParameter({ url }: SignedMessage, parameters: Item[1]): string | undefined {
  const name = parameters.get('name');
  if (url === undefined || !URL.canParse(url) || typeof name !== 'string' || parameters.size > 1) return undefined;
  const values = [...new URL(url).searchParams].filter(([key]) => encoded(key) === name).map(([, value]) => value);
  const [value] = values;
  return value === undefined || values.length > 1 ? undefined : encoded(value);
}

/** As form fields are, with `%20` for a space. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
