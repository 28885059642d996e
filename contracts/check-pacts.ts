import { compareRead, compareSent } from './compare-bodies.ts';
import { compareWithOpenapi, responseOf, type InteractionProblem } from './compare-with-openapi.ts';
import type { Finding } from './finding.ts';
import { TallyError } from './error.ts';
import { isObject, type Json } from './json.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import { locate, locateIn } from './locate.ts';
import { matchMessage } from './match-message.ts';
import { operationOfRequest } from './operation-of-request.ts';
import { mediaOf } from './media-of.ts';
import type { Contract, Interaction, Operation } from './model.ts';
import { namedContract, versionsOf, type NamedContract } from './named-contract.ts';
import { didYouMean } from './near-miss.ts';
import { checkPactCoverage } from './pact-coverage.ts';
import { runCheck, type RunContext } from './run-context.ts';

/**
 * Holds every pact of the catalogue against the API and the events of the version it names: `pact-compatible`, and
 * `pact-coverage` with the operations that no pact uses. Results of the suite `check`.
 */
export async function checkPacts(context: RunContext): Promise<void> {
  const { contracts } = context.workspace;
  const pacts = contracts.map(({ contract }) => contract).filter((contract) => contract.kind === 'pact');
  for (const pact of pacts) {
    if (context.signal.aborted) return;
    await checkPact(context, pact);
  }
  if (pacts.length > 0 && !context.signal.aborted) await checkPactCoverage(context, pacts);
}

const SIDES = [
  { kind: 'openapi', type: 'http' },
  { kind: 'asyncapi', type: 'message' },
] as const;

async function checkPact(context: RunContext, pact: Contract): Promise<void> {
  const named = namedContract(pact, context.workspace.config);
  context.log.progress(`check ${pact.title}`);
  for (const { kind, type } of SIDES) {
    const interactions = pact.interactions.filter((interaction) => interaction.type === type);
    if (interactions.length === 0) continue;
    const versions = versionsOf(context.workspace.contracts, kind, named.name);
    const contract =
      named.version === undefined ? versions.at(-1) : versions.find(({ version }) => version === named.version);
    if (contract === undefined) await reportMissing(context, pact, named, versions, kind);
    else await compareAll(context, pact, contract, interactions);
  }
}

async function compareAll(
  context: RunContext,
  pact: Contract,
  contract: Contract,
  interactions: readonly Interaction[],
): Promise<void> {
  const label = contract.kind === 'asyncapi' ? ' · asyncapi' : '';
  const subject = `${consumerOf(pact)} → ${contract.name} ${contract.version}${label}`;
  await runCheck(context, { id: 'pact-compatible', suite: 'check', subject }, async () => {
    const findings: Finding[] = [];
    for (const interaction of interactions) {
      const problems = await problemsOf(contract, interaction);
      const { root } = context.workspace;
      findings.push(...problems.map((problem) => placed({ root, pact, contract, interaction }, problem)));
    }
    return { findings };
  });
}

function consumerOf(pact: Contract): string {
  return pact.interactions[0]?.consumer || pact.name;
}

type Problem = InteractionProblem & { readonly operationId?: string };

async function problemsOf(contract: Contract, interaction: Interaction): Promise<readonly Problem[]> {
  try {
    return interaction.type === 'http'
      ? await httpProblems(contract, interaction)
      : messageProblems(contract, interaction);
  } catch (thrown) {
    return [notCompared(thrown)];
  }
}

/** A schema that cannot be compiled is reported by `examples-valid`; here it only keeps one interaction from being judged. */
function notCompared(thrown: unknown): Problem {
  const why = thrown instanceof TallyError || thrown instanceof Error ? thrown.message : String(thrown);
  const at = thrown instanceof TallyError && thrown.code === 'SCHEMA_INVALID' ? thrown.where.split('#')[1] : undefined;
  return {
    code: 'pact-not-compared',
    severity: 'warning',
    message: `it could not be compared: ${thrown instanceof TallyError ? thrown.why : why}`,
    fix: 'correct the schema at this place of the contract',
    place: [],
    contractPointer: at ?? '',
  };
}

async function httpProblems(contract: Contract, interaction: Interaction): Promise<readonly Problem[]> {
  const { request, response } = interaction;
  if (request === undefined || response === undefined) return [];
  const operation = operationOfRequest(contract, request.method, request.path);
  if (operation === undefined) return [operationUnknown(contract, request)];
  const problems = await compareWithOpenapi(contract, operation, { ...interaction, request, response });
  const bodies = [
    ...sentProblems(contract, operation, request, response),
    ...readProblems(contract, operation, response),
  ];
  return [...problems, ...bodies].map((problem) => ({ ...problem, operationId: operation.id }));
}

function operationUnknown(contract: Contract, request: NonNullable<Interaction['request']>): Problem {
  const asked = `${request.method} ${request.path}`;
  const known = contract.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const methods = contract.operations
    .filter(
      ({ method, path }) =>
        operationOfRequest({ ...contract, operations: contract.operations }, method, request.path)?.path === path,
    )
    .map(({ method }) => method.toUpperCase());
  const instead =
    methods.length > 0 ? `; that path has ${methods.join(', ')}` : didYouMean(asked, known).replace(/\?$/, '');
  return {
    code: 'pact-operation-unknown',
    severity: 'error',
    message: `it calls ${asked}, which ${contract.name} ${contract.version} does not have${instead}`,
    fix: 'keep the operation in the contract, or let the consumer do without it first',
    actual: asked,
    place: ['request', 'path'],
    contractPointer: '/paths',
  };
}

/** A request that is meant to be refused need not be valid. */
function sentProblems(
  contract: Contract,
  operation: Operation,
  request: NonNullable<Interaction['request']>,
  { status }: NonNullable<Interaction['response']>,
): readonly InteractionProblem[] {
  const media = mediaOf(operation.requestBody?.content ?? [], request.headers, request.body);
  if (media === undefined || request.body === undefined || status >= 400) return [];
  const subject = `the request body of ${titleOf(operation)}`;
  return compareSent(contract, {
    pointer: media.pointer,
    value: request.body,
    code: 'pact-request',
    subject,
    place: ['request', 'body'],
  });
}

function readProblems(
  contract: Contract,
  operation: Operation,
  response: NonNullable<Interaction['response']>,
): readonly InteractionProblem[] {
  const documented = responseOf(operation, response.status);
  const media = mediaOf(documented?.content ?? [], response.headers, response.body);
  if (media === undefined || response.body === undefined) return [];
  const subject = `the ${response.status} answer of ${titleOf(operation)}`;
  return compareRead(contract, {
    pointer: media.pointer,
    value: response.body,
    code: 'pact-response',
    subject,
    place: ['response', 'body'],
  });
}

function titleOf(operation: Operation): string {
  return `${operation.method.toUpperCase()} ${operation.path}`;
}

function messageProblems(contract: Contract, interaction: Interaction): readonly Problem[] {
  const { contents } = interaction;
  if (contents === undefined) return [];
  const message = matchMessage(contract, interaction.description, contents);
  if (message === undefined) return [messageUnknown(contract, contents)];
  const subject = `the message ${message.id}`;
  return compareRead(contract, {
    pointer: message.pointer,
    value: contents,
    code: 'pact-message',
    subject,
    place: ['contents'],
  });
}

function messageUnknown(contract: Contract, contents: Json): Problem {
  const type = isObject(contents) && typeof contents['type'] === 'string' ? ` of the type ${contents['type']}` : '';
  return {
    code: 'pact-message-unknown',
    severity: 'error',
    message: `it receives a message${type}, and no message of ${contract.name} ${contract.version} is like it; there are ${contract.messages.map(({ id }) => id).join(', ') || 'none'}`,
    fix: 'keep the message in the contract, or let the consumer do without it first',
    place: ['contents'],
    contractPointer:
      valueAt(contract.document, '/components/messages') === undefined ? '/channels' : '/components/messages',
  };
}

interface Scene {
  readonly root: string;
  readonly pact: Contract;
  readonly contract: Contract;
  readonly interaction: Interaction;
}

/** On the pact's line, with the contract's beside it. */
function placed({ root, pact, contract, interaction }: Scene, problem: Problem): Finding {
  const { place, contractPointer, message, ...rest } = problem;
  const pointer = pointerInPact(pact, interaction, place);
  return {
    ...rest,
    message: `${interaction.consumer || 'a consumer'}, "${interaction.description}": ${message}`,
    where: locateIn(root, pact.source, pointer),
    related: [locate(root, contract, contractPointer)],
  };
}

/** Pact 4 wraps bodies in `content`; headers are found whatever their case. */
function pointerInPact(pact: Contract, interaction: Interaction, [side, part, ...rest]: readonly string[]): string {
  if (side === undefined) return interaction.pointer;
  const inRequest = joinPointer(interaction.pointer, 'request', 'contents');
  const start =
    side === 'contents' && valueAt(pact.document, inRequest) !== undefined
      ? inRequest
      : joinPointer(interaction.pointer, side);
  if (side === 'contents') return joinPointer(unwrapped(pact, start), ...(part === undefined ? [] : [part]), ...rest);
  if (part === undefined) return start;
  const holder = joinPointer(start, part);
  return part === 'body'
    ? joinPointer(unwrapped(pact, holder), ...rest)
    : joinPointer(holder, ...spelt(pact, holder, rest));
}

function unwrapped(pact: Contract, pointer: string): string {
  const body = valueAt(pact.document, pointer);
  const isWrapped = isObject(body) && 'content' in body && ('contentType' in body || 'encoded' in body);
  return isWrapped ? joinPointer(pointer, 'content') : pointer;
}

function spelt(pact: Contract, holder: string, [name, ...rest]: readonly string[]): readonly string[] {
  const members = valueAt(pact.document, holder);
  if (name === undefined || !isObject(members)) return [];
  return [Object.keys(members).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name, ...rest];
}

async function reportMissing(
  context: RunContext,
  pact: Contract,
  named: NamedContract,
  versions: readonly Contract[],
  kind: 'openapi' | 'asyncapi',
): Promise<void> {
  const label = kind === 'asyncapi' ? ' · asyncapi' : '';
  const subject = `${consumerOf(pact)} → ${named.name}${named.version === undefined ? '' : ` ${named.version}`}${label}`;
  const check = { id: 'pact-compatible', suite: 'check', subject };
  if (versions.length === 0 && named.version === undefined) {
    await runCheck(context, check, () => ({ status: 'skipped', reason: reasonFor(context, named, kind) }));
    return;
  }
  const [known] = versions;
  const finding: Finding = {
    code: 'pact-contract-unknown',
    severity: 'error',
    message: `the pact of ${consumerOf(pact)} is for ${named.name} ${named.version ?? ''}, which is not in the catalogue; found ${versions.map(({ version }) => version).join(', ') || 'no version'}`,
    fix:
      known === undefined
        ? 'add the contract'
        : 'add the version, or name one that is there under consumers in tally.yaml',
    where: locateIn(context.workspace.root, pact.source, named.pointer),
  };
  await runCheck(context, check, () => ({ findings: [finding] }));
}

function reasonFor(context: RunContext, named: NamedContract, kind: 'openapi' | 'asyncapi'): string {
  const names = context.workspace.contracts
    .filter(({ contract }) => contract.kind === kind)
    .map(({ contract }) => contract.name);
  const what = kind === 'openapi' ? 'API' : 'event contract';
  return `the catalogue has no ${what} "${named.name}" to hold the pact against${didYouMean(named.name, new Set(names))}`;
}
