import {
  documentedResponse,
  isObject,
  schemaValidator,
  valueAt,
  type Contract,
  type Json,
  type JsonObject,
  type MediaType,
  type Operation,
  type Response,
} from '../contracts/index.ts';
import { schemaAt } from './object-shape.ts';
import { plainText } from './plain-text.ts';
import { jsonOf } from './resource-model.ts';
import { inventValue, type Maker } from './sandbox-values.ts';

/** An answer down to its bytes. */
export interface SandboxAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** Why it is none that the request hoped for. */
  readonly refusal?: string;
}

/** Why a request is refused. */
export interface Refusal {
  /** In order of preference; the first that the contract documents, else the first. */
  readonly statuses: readonly [number, ...number[]];
  readonly title: string;
  readonly detail: string;
  /** Tells the contract's example of this mistake from its examples of others. */
  readonly words: RegExp;
}

/** The contract's own answer to a mistake, with our words for this one where its schema has room for them. */
export function refusalAnswer(
  contract: Contract,
  operation: Operation,
  refusal: Refusal,
  maker: Maker,
  known: readonly string[],
): SandboxAnswer {
  const status = refusal.statuses.find((each) => isDocumented(operation, each)) ?? refusal.statuses[0];
  const media = jsonOf(documentedResponse(operation, status)?.content ?? []);
  const body = media === undefined ? undefined : documentedBody(contract, media, refusal, status, maker);
  const type = body === undefined ? 'application/problem+json' : (media?.mediaType ?? '');
  const said = JSON.stringify(body ?? problem(refusal, status));
  const contentType = type.includes('*') ? 'application/json' : type;
  const response = documentedResponse(operation, status);
  const own = response === undefined ? [] : headersOf(contract, response, known, maker);
  const headers = ['Content-Type', contentType, ...own, 'Content-Length', String(Buffer.byteLength(said))];
  return { status, headers, body: said, refusal: refusal.detail };
}

/** Of what we know, the documented; and the contract's examples of what it requires besides. */
export function headersOf(
  { document }: Contract,
  { headers }: Response,
  known: readonly string[],
  maker: Maker,
): readonly string[] {
  return headers.flatMap(({ name, required, pointer, declaredAt }) => {
    const at = known.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name.toLowerCase());
    if (at !== -1) return known.slice(at, at + 2);
    if (!required || /^content-type$/i.test(name)) return [];
    const declared = declaredAt === undefined ? undefined : valueAt(document, declaredAt);
    const example = isObject(declared) ? declared['example'] : undefined;
    return [name, plainText(example ?? inventValue(maker, pointer))];
  });
}

export function isDocumented({ responses }: Operation, status: number): boolean {
  return responses.some(
    (each) => each.status === String(status) || each.status.toUpperCase() === `${Math.floor(status / 100)}XX`,
  );
}

function problem({ title, detail }: Refusal, status: number): JsonObject {
  return { type: 'about:blank', title, status, detail };
}

/** The first of our proposals that the contract's schema takes. */
function documentedBody(
  contract: Contract,
  media: MediaType,
  refusal: Refusal,
  status: number,
  maker: Maker,
): Json | undefined {
  const fits = validatorOf(contract, media.pointer);
  const examples = media.examples.map(({ value }) => value);
  const example = media.examples.find(({ name, value }) =>
    refusal.words.test(`${name} ${JSON.stringify(value)}`),
  )?.value;
  const told = [example ?? examples[0], problem(refusal, status), inventValue(maker, media.pointer)];
  const proposals = [
    ...told.map((each) => inOurWords(each, refusal, status, contract, media)),
    example,
    examples[0],
    told[2],
  ];
  return proposals.find((each) => each !== undefined && fits(each));
}

function inOurWords(
  body: Json | undefined,
  refusal: Refusal,
  status: number,
  { document }: Contract,
  media: MediaType,
): Json | undefined {
  if (!isObject(body)) return body;
  const said: Record<string, Json> = { ...body };
  const has = (name: string): boolean => typeof said[name] === 'string';
  if (has('detail')) said['detail'] = refusal.detail;
  else if (has('message')) said['message'] = refusal.detail;
  else if (has('error')) said['error'] = refusal.detail;
  if (typeof said['status'] === 'number') said['status'] = status;
  // An error's own number, where the contract leaves it open.
  if (typeof said['code'] === 'number' && schemaAt(document, media.pointer)['example'] === undefined)
    said['code'] = status;
  return said;
}

/** What cannot be compiled says nothing against a value. */
export function validatorOf(contract: Contract, pointer: string): (value: Json) => boolean {
  try {
    const validate = schemaValidator(contract, pointer, 'response');
    return (value) => validate(value).length === 0;
  } catch {
    return () => true;
  }
}
