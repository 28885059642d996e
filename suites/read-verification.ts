import { isObject, type Json, type JsonObject } from '../contracts/index.ts';
import type { PactFile, PactInteraction } from './read-pact.ts';

/** What Pact's verifier says of one interaction: kept, departed from, or not asked at all. */
export interface Verification {
  readonly mismatches: readonly Mismatch[];
  /** It could not be verified: a provider state failed, or no answer came. */
  readonly error?: string;
}

export interface Mismatch {
  readonly message: string;
  readonly expected: Json;
  readonly actual: Json;
  /** Into the pact: the field that is not matched. */
  readonly pointer: string;
  /** Into the observed body, where it is the body that departs. */
  readonly instancePointer?: string;
}

/**
 * Reads the JSON of Pact's verifier (16.5: `interactionResults` of all, `errors` of the failed, both in the same order) and
 * gives the verification of each interaction of the pact; undefined for one that it says nothing of.
 */
export function readVerification(json: string, pact: PactFile): readonly (Verification | undefined)[] {
  const parsed: unknown = JSON.parse(json);
  const root = isObject(parsed) ? parsed : {};
  const errors = [...objects(root['errors']), ...objects(root['pendingErrors'])];
  const told = objects(root['interactionResults']).map((result) => ({
    description: result['description'],
    failure: result['result'] === 'OK' ? undefined : errors.shift(),
    passed: result['result'] === 'OK',
  }));
  return pact.interactions.map((interaction) => {
    const index = told.findIndex(({ description }) => description === interaction.description);
    const [one] = index < 0 ? [] : told.splice(index, 1);
    return one && (one.passed ? { mismatches: [] } : readFailure(one.failure, interaction));
  });
}

function readFailure(failure: JsonObject | undefined, interaction: PactInteraction): Verification {
  const mismatch = failure?.['mismatch'];
  if (!isObject(mismatch)) return { mismatches: [], error: 'the verifier gives no reason' };
  const mismatches = objects(mismatch['mismatches']).map((one) => readMismatch(one, interaction));
  if (mismatch['type'] === 'mismatches' && mismatches.length > 0) return { mismatches };
  return { mismatches: [], error: text(mismatch['message']) || 'the verifier gives no reason' };
}

function readMismatch(mismatch: JsonObject, interaction: PactInteraction): Mismatch {
  const [expected, actual] = [valueOf(mismatch['expected']), valueOf(mismatch['actual'])];
  const base = { message: text(mismatch['mismatch']), expected, actual };
  if (mismatch['type'] === 'BodyMismatch') {
    const instancePointer = pointerOfPath(text(mismatch['path'])) + missingKey(base.message, expected, actual);
    return {
      ...base,
      message: `${text(mismatch['path'])}: ${base.message}`,
      pointer: interaction.bodyPointer + instancePointer,
      instancePointer,
    };
  }
  return { ...base, pointer: interaction.expectedPointer + partOf(mismatch) };
}

function partOf(mismatch: JsonObject): string {
  const key = text(mismatch['key']).replaceAll('~', '~0').replaceAll('/', '~1');
  switch (mismatch['type']) {
    case 'StatusMismatch':
      return '/status';
    case 'HeaderMismatch':
      return `/headers/${key}`;
    case 'MetadataMismatch':
      return `/metadata/${key}`;
    case 'BodyTypeMismatch':
      return '/body';
    default:
      return '';
  }
}

/** "Actual map is missing the following keys" names the map; the first missing key is the place. */
function missingKey(message: string, expected: Json, actual: Json): string {
  if (!message.includes('missing the following keys') || !Array.isArray(expected) || !Array.isArray(actual)) return '';
  const missing = expected.find((key: Json) => typeof key === 'string' && !actual.includes(key));
  return typeof missing === 'string' ? `/${missing.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
}

/** `$.items[0]['a b']` as `/items/0/a b`. */
function pointerOfPath(path: string): string {
  const keys = [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The verifier writes JSON values as text inside its JSON. */
function valueOf(value: Json | undefined): Json {
  if (typeof value !== 'string') return value ?? null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
