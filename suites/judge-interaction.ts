import {
  EXIT,
  locateIn,
  TallyError,
  type Exchange,
  type Finding,
  type Result,
  type RunContext,
} from '../contracts/index.ts';
import type { PactFile, PactInteraction } from './read-pact.ts';
import type { Mismatch, Verification } from './read-verification.ts';

/** What is known of one interaction after the verifier ran. */
export interface VerifiedInteraction {
  /** Absent when the verifier said nothing of it. */
  readonly verification?: Verification;
  /** Not redacted yet; absent for messages and for what was never sent. */
  readonly exchange?: Exchange;
  /** Of all interactions: `"a parcel exists": the provider answers 500`. */
  readonly stateFailures: readonly string[];
}

/**
 * The verdict on one interaction.
 *
 * @throws TallyError INTERACTION_NOT_VERIFIED: what could not be asked has no verdict
 */
export function judgeInteraction(
  context: RunContext,
  pact: PactFile,
  interaction: PactInteraction,
  seen: VerifiedInteraction,
): Partial<Result> {
  const { verification } = seen;
  const provider = context.workspace.config.providers[pact.provider];
  if (interaction.type === 'message' && provider?.messagesPath === undefined) {
    throw notVerified(pact, interaction, `providers.${pact.provider}.messagesPath is not set`);
  }
  if (!verification) throw notVerified(pact, interaction, 'the verifier left it out');
  const evidence = evidenceOf(context, pact, interaction, seen.exchange);
  if (verification.error === undefined) {
    return { findings: verification.mismatches.map((mismatch) => mismatchFinding(evidence, mismatch)) };
  }
  if (evidence.exchange?.connection !== undefined) return { findings: [noAnswer(evidence, interaction)] };
  throw notVerified(pact, interaction, [verification.error, ...failuresOf(interaction, seen)].join('; '));
}

function failuresOf({ states }: PactInteraction, { stateFailures }: VerifiedInteraction): readonly string[] {
  const failures = stateFailures.filter((failure) => states.some((state) => failure.startsWith(JSON.stringify(state))));
  // The verifier tries a state several times.
  return [...new Set(failures)];
}

interface Evidence {
  readonly place: (pointer: string) => Finding['where'];
  readonly exchange?: Exchange;
  readonly operationId?: string;
}

function evidenceOf(
  context: RunContext,
  pact: PactFile,
  interaction: PactInteraction,
  exchange: Exchange | undefined,
): Evidence {
  const operationId = operationIdOf(context, pact, interaction);
  return {
    place: (pointer) => locateIn(context.workspace.root, pact.source, pointer),
    ...(exchange ? { exchange: context.redactor.exchange(exchange) } : {}),
    ...(operationId === undefined ? {} : { operationId }),
  };
}

function mismatchFinding({ place, ...evidence }: Evidence, mismatch: Mismatch): Finding {
  const { pointer, ...rest } = mismatch;
  return {
    code: 'pact-mismatch',
    severity: 'error',
    fix: 'change the answer of the provider, or agree with the consumer on another pact',
    ...rest,
    where: place(pointer),
    ...evidence,
  };
}

function noAnswer({ place, ...evidence }: Evidence, { expectedPointer }: PactInteraction): Finding {
  const connection = evidence.exchange?.connection ?? 'UNKNOWN';
  return {
    code: 'answer-missing',
    severity: 'error',
    message: `the connection ended without an answer (${connection})`,
    fix: 'look at the log of the provider for this request',
    expected: 'an answer',
    actual: connection,
    where: place(expectedPointer),
    ...evidence,
  };
}

/** The operation of the newest version of the API whose method and path the interaction asks for. */
function operationIdOf(context: RunContext, pact: PactFile, { method, path }: PactInteraction): string | undefined {
  if (method === undefined || path === undefined) return undefined;
  const apis = context.workspace.contracts.map(({ contract }) => contract);
  const api = apis.filter(({ kind, name }) => kind === 'openapi' && name === pact.provider).at(-1);
  const fits = api?.operations.filter((one) => one.method.toUpperCase() === method && isPathOf(one.path, path)) ?? [];
  // `/parcels/latest` is itself before it is a `/parcels/{parcelId}`.
  return (fits.find((one) => !one.path.includes('{')) ?? fits[0])?.id;
}

/** The end of the path decides: what stands before it is the base path. */
function isPathOf(template: string, path: string): boolean {
  const wanted = template.split('/').slice(1);
  const given = path.split('/').slice(-wanted.length);
  return wanted.length === given.length && wanted.every((part, index) => part.includes('{') || part === given[index]);
}

function notVerified(pact: PactFile, { description }: PactInteraction, why: string): TallyError {
  return new TallyError({
    code: 'INTERACTION_NOT_VERIFIED',
    where: `${pact.source}: ${description}`,
    why,
    fix: 'look at the log of the provider, at its provider states and at providers.….messagesPath; --debug shows more',
    exitCode: EXIT.inconclusive,
  });
}
