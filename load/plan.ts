import { validateHeaderName, validateHeaderValue } from 'node:http';
import {
  exampleRequest,
  joinPointer,
  locateIn,
  nearMiss,
  TallyError,
  type Contract,
  type ExampleRequest,
  type Operation,
} from '../contracts/index.ts';
import type { WireOperation } from './generator-messages.ts';
import type { Slo } from './slo.ts';
import type { Target } from './target.ts';

/** An operation, the request that stands for it, and its share in the mix. */
export interface PlannedOperation {
  readonly operation: Operation;
  readonly weight: number;
  readonly wire: WireOperation;
  /** The user named it: that it cannot be sent is a failure, not a remark. */
  readonly named: boolean;
}

export interface Plan {
  readonly operations: readonly PlannedOperation[];
  /** Operations that nobody named and that cannot be sent. */
  readonly leftOut: readonly { readonly id: string; readonly why: string }[];
}

// The generator cannot tell that an answer to HEAD has no body, and waits for it.
const SENDABLE = new Set(['get', 'post', 'put', 'patch', 'delete', 'options']);
/** The generator writes these itself. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/**
 * Chooses what is sent: the operations that the SLO names, or every GET the contract has an example for.
 *
 * @throws TallyError LOAD_OPERATION_UNKNOWN, LOAD_OPERATION_NOT_SENDABLE for a named one, LOAD_NOTHING_TO_SEND
 */
export function planLoad(root: string, contract: Contract, slo: Slo, target: Target): Plan {
  for (const gate of slo.gates) {
    if (gate.operationId !== undefined)
      findOperation(root, contract, slo, gate.operationId, gate.pointer.replace(/gate$/, 'operation'));
  }
  const plan = slo.operations === undefined ? planAll(contract, slo, target) : planNamed(root, contract, slo, target);
  if (plan.operations.length === 0) throw nothingToSend(contract, plan);
  return plan;
}

function planNamed(root: string, contract: Contract, slo: Slo, target: Target): Plan {
  const operations = Object.entries(slo.operations ?? {}).map(([id, { weight }]): PlannedOperation => {
    const pointer = joinPointer('/operations', id);
    const operation = findOperation(root, contract, slo, id, pointer);
    const wire = wireOf(contract, operation, slo, target);
    if (typeof wire !== 'string') return { operation, weight, wire, named: true };
    throw new TallyError({
      code: 'LOAD_OPERATION_NOT_SENDABLE',
      where: placeOf(root, contract, slo, pointer),
      why: `${id} cannot be sent: ${wire}`,
      fix: 'add the example to the contract, or take the operation out of the mix',
    });
  });
  return { operations, leftOut: [] };
}

function planAll(contract: Contract, slo: Slo, target: Target): Plan {
  const operations: PlannedOperation[] = [];
  const leftOut: { id: string; why: string }[] = [];
  for (const operation of contract.operations.filter(({ method }) => method === 'get')) {
    const wire = wireOf(contract, operation, slo, target);
    if (typeof wire === 'string') leftOut.push({ id: operation.id, why: wire });
    else operations.push({ operation, weight: 1, wire, named: false });
  }
  return { operations, leftOut };
}

/** The request as the generator sends it, or why there is none. */
function wireOf(contract: Contract, operation: Operation, slo: Slo, target: Target): WireOperation | string {
  if (!SENDABLE.has(operation.method)) return `the load generator does not send ${operation.method.toUpperCase()}`;
  const example = exampleRequest(contract, operation);
  if ('missing' in example) return `the contract gives no example for ${example.missing.join(', ')}`;
  const headers = Object.fromEntries(
    Object.entries(example.headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase())),
  );
  const path = target.basePath + example.target;
  const flaw = flawOf(path, headers);
  if (flaw !== undefined) return flaw;
  return {
    method: example.method,
    target: path,
    headers: { 'user-agent': 'tallystick-load', ...headers },
    uniqueHeaders: Object.keys(headers).filter((name) => name.toLowerCase() === 'idempotency-key'),
    authorised: isAuthorised(contract, operation),
    ...bodyOf(example),
    keepAtMost: slo.profile.validateAtMost,
    keepShare: slo.profile.validateShare,
  };
}

function bodyOf(example: ExampleRequest): Pick<WireOperation, 'body'> {
  return example.body === undefined ? {} : { body: example.body };
}

/** The generator writes request lines and headers as they are: an example must not smuggle a second request in. */
function flawOf(target: string, headers: Readonly<Record<string, string>>): string | undefined {
  if (!/^\/[!-~]*$/.test(target)) return 'its path holds characters that cannot be sent';
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** A contract that says nothing about security does not say that credentials are unwanted. */
function isAuthorised(contract: Contract, operation: Operation): boolean {
  return operation.security.length > 0 || Object.keys(contract.securitySchemes).length === 0;
}

function findOperation(root: string, contract: Contract, slo: Slo, id: string, pointer: string): Operation {
  const found = contract.operations.find((operation) => operation.id === id);
  if (found !== undefined) return found;
  const ids = contract.operations.map((operation) => operation.id);
  const near = nearMiss(id, ids);
  throw new TallyError({
    code: 'LOAD_OPERATION_UNKNOWN',
    where: placeOf(root, contract, slo, pointer),
    why: `${contract.name} ${contract.version} has no operation ${id}`,
    fix: near === undefined ? `name one of ${ids.slice(0, 10).join(', ')}` : `did you mean ${near}?`,
  });
}

function placeOf(root: string, contract: Contract, slo: Slo, pointer: string): string {
  if (slo.operationsFrom !== undefined && pointer.startsWith('/operations')) return slo.operationsFrom;
  if (slo.source === undefined) return contract.source;
  const { line, column } = locateIn(root, slo.source, pointer);
  return `${slo.source}:${line}:${column}`;
}

function nothingToSend(contract: Contract, plan: Plan): TallyError {
  const [first] = plan.leftOut;
  return new TallyError({
    code: 'LOAD_NOTHING_TO_SEND',
    where: contract.source,
    why:
      first === undefined
        ? 'the contract has no GET operation'
        : `no GET operation can be sent; ${first.id}: ${first.why}`,
    fix: 'add examples to the parameters, or name operations with --operation or in an SLO file',
  });
}
