import {
  documentedMediaType,
  documentedResponse,
  joinPointer,
  locate,
  statusOf,
  valueAt,
  type Contract,
  type Exchange,
  type Finding,
  type Operation,
  type Result,
} from '../contracts/index.ts';
import type { PrismRoute } from './prism-operations.ts';
import { descend, operationOf, pointerOf } from './refusal.ts';
import type { Violation } from './violation.ts';

/** One request that went through the proxy. */
export interface ProxiedCall {
  readonly contract: Contract;
  /** None where the contract has no such operation. */
  readonly route?: PrismRoute;
  readonly method: string;
  readonly pathname: string;
  /** What the upstream answered; none where it did not. */
  readonly status?: number;
  readonly contentType?: string;
  readonly violations: readonly Violation[];
  readonly answerViolations: readonly Violation[];
  /** Redacted; asked for only where it is shown. */
  exchange(): Exchange;
}

/** What a proxy has seen of a contract. */
export interface ProxyCoverage {
  note(call: ProxiedCall): void;
  /** Operations in the order of the contract, with the statuses that were seen and those that were not. */
  rows(contract: Contract): readonly CoverageRow[];
  results(contract: Contract, durationMs: number): readonly Result[];
}

export interface CoverageRow {
  /** `GET /parcels/{parcelId}`. */
  readonly operation: string;
  readonly requests: number;
  /** Status to how often the upstream answered so. */
  readonly seen: ReadonlyMap<number, number>;
  /** Documented, and never answered. */
  readonly unseen: readonly string[];
}

interface OperationCounts {
  requests: number;
  readonly statuses: Map<number, number>;
  readonly findings: Map<string, Counted>;
}

interface Counted {
  readonly finding: Finding;
  times: number;
}

/** Of different ones: what a client or an upstream makes up anew each time would fill the memory. */
const MAX_FINDINGS = 500;
const NOT_IN_CONTRACT = 'requests to no operation';

export function createProxyCoverage(root: string): ProxyCoverage {
  const operations = new Map<string, OperationCounts>();
  let kept = 0;
  const countsOf = (name: string): OperationCounts => {
    const counts = operations.get(name) ?? { requests: 0, statuses: new Map(), findings: new Map() };
    operations.set(name, counts);
    return counts;
  };
  const add = (findings: Map<string, Counted>, key: string, make: () => Finding): void => {
    const known = findings.get(key);
    if (known !== undefined) known.times += 1;
    else if (kept++ < MAX_FINDINGS) findings.set(key, { finding: make(), times: 1 });
  };
  return {
    note: (call) => {
      const counts = countsOf(call.route === undefined ? NOT_IN_CONTRACT : nameOf(call.route));
      counts.requests += 1;
      if (call.status !== undefined) counts.statuses.set(call.status, (counts.statuses.get(call.status) ?? 0) + 1);
      for (const violation of call.violations) {
        add(counts.findings, keyOf('request', call, violation), () => requestFinding(root, call, violation));
      }
      for (const violation of call.answerViolations) {
        add(counts.findings, keyOf('response', call, violation), () => responseFinding(root, call, violation));
      }
    },
    rows: (contract) => contract.operations.map((operation) => rowOf(operation, operations.get(nameOf(operation)))),
    results: (contract, durationMs) => [
      ...[...operations].map(([name, counts]) => resultOf(contract, name, counts, durationMs)),
      coverageOf(contract, operations, durationMs),
    ],
  };
}

function nameOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}

/** The same departure at another place of a list is the same. */
function keyOf(side: string, { method, pathname, route, status }: ProxiedCall, violation: Violation): string {
  const place = violation.path.map((key) => (/^\d+$/.test(key) ? '*' : key)).join('.');
  const message = violation.message.replaceAll(/\b\d+\b/g, '*');
  const where = route === undefined ? `${method} ${pathname}` : '';
  return [side, where, side === 'response' ? status : '', place, violation.code, message].join('\0');
}

function requestFinding(root: string, call: ProxiedCall, violation: Violation): Finding {
  const { contract, route, method, pathname } = call;
  const operation = route === undefined ? undefined : operationOf(contract, route);
  const what =
    route === undefined ? `${method} ${pathname} is no operation of the contract` : sentence('request', violation);
  return {
    code: 'proxy-request-violation',
    severity: violation.severity,
    message: what,
    fix: 'correct the client, or the contract where the client is right',
    where: locate(root, contract, pointerOf(contract, operation, violation)),
    ...about(operation, call),
  };
}

function responseFinding(root: string, call: ProxiedCall, violation: Violation): Finding {
  const { contract, route, status } = call;
  const operation = route === undefined ? undefined : operationOf(contract, route);
  return {
    code: 'proxy-response-violation',
    severity: violation.severity,
    message: sentence(`response${status === undefined ? '' : ` ${status}`}`, violation),
    fix: 'correct the provider, or the contract where the provider is right',
    where: locate(root, contract, responsePointer(call, operation, violation)),
    ...about(operation, call),
  };
}

function about(operation: Operation | undefined, call: ProxiedCall): Partial<Finding> {
  const exchange = call.exchange();
  return operation === undefined ? { exchange } : { operationId: operation.id, operation: nameOf(operation), exchange };
}

function sentence(side: string, { path, message }: Violation): string {
  return path.length === 0 ? `${side}: ${message}` : `${side} ${path.join('.')}: ${message}`;
}

/** Where the rule stands that an answer broke. */
export function responsePointer(
  { contract, status = 0, contentType }: Pick<ProxiedCall, 'contract' | 'status' | 'contentType'>,
  operation: Operation | undefined,
  { path: [place, ...keys], code }: Violation,
): string {
  if (operation === undefined) return '';
  const response = documentedResponse(operation, status);
  if (response === undefined) return joinPointer(operation.pointer, 'responses');
  if (place === 'header') {
    const named = response.headers.find(({ name }) => name.toLowerCase() === keys[0]?.toLowerCase());
    return named?.pointer ?? response.pointer;
  }
  const pointer = place === 'body' ? documentedMediaType(response, contentType)?.pointer : undefined;
  if (pointer === undefined) return response.pointer;
  const schema = descend(contract.document, pointer, keys);
  const rule = joinPointer(schema, code);
  return valueAt(contract.document, rule) === undefined ? schema : rule;
}

function rowOf(operation: Operation, counts: OperationCounts | undefined): CoverageRow {
  const seen = counts?.statuses ?? new Map<number, number>();
  const answered = new Set([...seen.keys()].map((status) => documentedResponse(operation, status)?.status));
  const unseen = operation.responses.map(({ status }) => status).filter((status) => !answered.has(status));
  return { operation: nameOf(operation), requests: counts?.requests ?? 0, seen, unseen };
}

function resultOf({ name, version }: Contract, operation: string, counts: OperationCounts, durationMs: number): Result {
  const findings = [...counts.findings.values()].map(({ finding, times }) => ({
    ...finding,
    message: times === 1 ? finding.message : `${finding.message} (${times} times)`,
  }));
  const statuses = [...counts.statuses].toSorted(([one], [other]) => one - other);
  return {
    id: 'proxy-traffic',
    suite: 'proxy',
    subject: `${name} ${version} · ${operation}`,
    status: statusOf(findings),
    findings,
    durationMs,
    measures: [
      { name: 'requests', value: counts.requests, unit: 'count' },
      ...statuses.map(([status, times]) => ({ name: `answered ${status}`, value: times, unit: 'count' })),
    ],
  };
}

function coverageOf(contract: Contract, operations: ReadonlyMap<string, OperationCounts>, durationMs: number): Result {
  const rows = contract.operations.map((operation) => rowOf(operation, operations.get(nameOf(operation))));
  const uncalled = rows.filter(({ requests }) => requests === 0).map(({ operation }) => operation);
  const statuses = contract.operations.reduce((sum, { responses }) => sum + responses.length, 0);
  const unseen = rows.reduce((sum, row) => sum + row.unseen.length, 0);
  return {
    id: 'proxy-coverage',
    suite: 'proxy',
    subject: `${contract.name} ${contract.version}`,
    status: 'passed',
    findings: [],
    durationMs,
    measures: [
      { name: 'operations', value: rows.length, unit: 'count' },
      { name: 'operations called', value: rows.length - uncalled.length, unit: 'count' },
      { name: 'documented responses', value: statuses, unit: 'count' },
      { name: 'documented responses seen', value: statuses - unseen, unit: 'count' },
    ],
    ...(uncalled.length === 0 ? {} : { reason: `not called: ${uncalled.join(', ')}` }),
  };
}
