import {
  documentedMediaType,
  documentedResponse,
  exampleRequest,
  runCheck,
  type Contract,
  type Operation,
  type RunContext,
} from '../contracts/index.ts';
import { credentialsFor, headersOf, type Authorization } from './authorize-operation.ts';
import type { Check, Observation } from './check.ts';
import { checks } from './checks/index.ts';
import { SEND_LIMITS, sendRequest, type SendLimits } from './send-request.ts';
import type { Target } from './target.ts';

export interface ConformanceOptions extends Authorization {
  readonly contract: Contract;
  /** Where this version is served, base path included. */
  readonly url: string;
  /** The provider when we started it: its data is ours, so that operations that change it are sent as well. */
  readonly target?: Target;
  /** Sends operations that change data to a server that is not ours. */
  readonly writes?: boolean;
  /** What one answer may take; 10 s and 5 MB unless told. */
  readonly limits?: SendLimits;
}

const SUITE = 'conformance';
const SAFE = new Set(['get', 'head', 'options', 'trace', 'query']);

/**
 * Sends every operation's example request and holds the answer against the contract. An operation that cannot be reached,
 * for want of an example, of its data or of a credential, is skipped with the reason and never a defect.
 */
export async function runConformance(context: RunContext, options: ConformanceOptions): Promise<void> {
  const operations = options.contract.operations.toSorted((a, b) => orderOf(a) - orderOf(b));
  for (const [index, operation] of operations.entries()) {
    context.signal.throwIfAborted();
    context.log.progress(`conformance ${index + 1}/${operations.length} ${operation.id}`);
    await runOperation(context, options, operation);
  }
}

/** What only reads comes first and what deletes last, so that no example removes the data of another. */
function orderOf({ method }: Operation): number {
  if (SAFE.has(method)) return 0;
  if (method === 'post') return 1;
  return method === 'delete' ? 3 : 2;
}

async function runOperation(context: RunContext, options: ConformanceOptions, operation: Operation): Promise<void> {
  const subject = `${options.contract.name} ${options.contract.version} · ${operation.id}`;
  let observation: Observation | undefined;
  let unreached: Unreached | undefined;
  // Sending is part of the first check, so that what goes wrong in it is that check's error and not the run's.
  await runCheck(context, { id: 'example-reached', suite: SUITE, subject }, async () => {
    const sent = await observe(context, options, operation);
    if (typeof sent === 'string') return { status: 'skipped', reason: sent };
    observation = sent;
    unreached = notReached(sent);
    return unreached ?? {};
  });
  if (!observation) return;
  for (const check of checks) await runOne(context, check, subject, observation, unreached);
}

async function runOne(
  context: RunContext,
  check: Check,
  subject: string,
  observation: Observation,
  unreached: Unreached | undefined,
): Promise<void> {
  if (!check.appliesTo(observation)) return;
  // Of an example that did not reach its data, only what the contract documents for that answer is still judged.
  if (unreached && !observation.response) return;
  await runCheck(context, { id: check.id, suite: SUITE, subject }, () => ({ findings: check.run(observation) }));
}

/** What was observed, or in words why nothing was sent. */
async function observe(
  context: RunContext,
  options: ConformanceOptions,
  operation: Operation,
): Promise<Observation | string> {
  const { contract, target, url, limits = SEND_LIMITS } = options;
  if (!SAFE.has(operation.method) && !target?.startedByUs && !options.writes) {
    return `not sent: ${operation.method.toUpperCase()} may change data on a server that is not ours (--writes sends it)`;
  }
  const example = exampleRequest(contract, operation);
  if ('missing' in example) return `not reached: needs an example of ${example.missing.join(', ')}`;
  const credentials = credentialsFor(context, contract, operation, options);
  if (!credentials) return `not reached: needs a credential for ${schemesOf(operation)}`;
  const { exchange, answer } = await sendRequest(
    context,
    {
      operationId: operation.id,
      method: example.method,
      url: url.replace(/\/+$/, '') + example.target,
      headers: { ...example.headers, ...(await headersOf(context, credentials, new URL(url).origin)) },
      ...(example.body === undefined ? {} : { body: example.body }),
    },
    target,
    limits,
  );
  const base = { root: context.workspace.root, contract, operation, exchange, limits };
  if (!answer) return base;
  return { ...base, answer, ...documented(operation, answer.status, answer.headers['content-type']) };
}

function schemesOf(operation: Operation): string {
  return operation.security.map((alternative) => Object.keys(alternative).join(' and ')).join(' or ');
}

function documented(
  operation: Operation,
  status: number,
  contentType: string | undefined,
): Pick<Observation, 'response' | 'mediaType'> {
  const response = documentedResponse(operation, status);
  const mediaType = response && documentedMediaType(response, contentType);
  return { ...(response ? { response } : {}), ...(mediaType ? { mediaType } : {}) };
}

type Unreached = { readonly status: 'skipped' | 'inconclusive'; readonly reason: string };

/**
 * An answer that says more of the example's data, of our credential or of our pace than of the provider: a made-up id that
 * is not found is no defect.
 */
function notReached({ answer, operation, response }: Observation): Unreached | undefined {
  if (!answer || answer.status < 400 || answer.status >= 500) return undefined;
  const { status } = answer;
  if (status === 401 || status === 403) {
    return { status: 'inconclusive', reason: `not reached: the provider did not accept the credential (${status})` };
  }
  if (status === 429) return { status: 'inconclusive', reason: 'not reached: the provider limits our rate (429)' };
  const unknownData = (status === 404 || status === 410) && operation.path.includes('{');
  if (!unknownData && !response) return undefined;
  return { status: 'skipped', reason: `not reached: the example was answered ${status}` };
}
