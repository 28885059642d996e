import type { Change, SchemaChange } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import type { DiffSide } from './diff-side.ts';
import type { Severity, Where } from './finding.ts';
import { locate } from './locate.ts';
import { matchOperations } from './match-operations.ts';
import type { Contract, Operation } from './model.ts';
import { objectAt } from './object-at.ts';
import { referenceTarget } from './reference-target.ts';
import type { Difference, Documents } from './rule.ts';
import { spokenValue } from './spoken-value.ts';
import { rules } from './rules/index.ts';

/** What changed between two OpenAPI documents, of any versions of OpenAPI. `today` is `2026-12-31`, for sunset dates. */
export function diffOperations(base: DiffSide, revision: DiffSide, today: string): readonly Change[] {
  const documents: Documents = {
    base: base.contract,
    revision: revision.contract,
    ...matchOperations(base.contract, revision.contract),
    today,
    compareSchemas: rememberedComparison(base.contract, revision.contract),
  };
  const severities = new Map(
    rules.flatMap(({ codes }) => codes.map(({ code, severity }) => [code, severity] as const)),
  );
  const differences = rules.flatMap((rule) => rule.judge(documents));
  const changes = withoutRepetition(differences).map((each) => {
    const severity = each.severity ?? severities.get(each.code) ?? 'warning';
    return changeOf(each, isUnstable(documents, each) ? 'info' : severity, base, revision);
  });
  return inOrder(changes, documents);
}

/** Schemas are shared by many operations: each pair is compared once a direction. */
function rememberedComparison(base: Contract, revision: Contract): Documents['compareSchemas'] {
  const known = new Map<string, readonly SchemaChange[]>();
  return (left, right, direction, carriedAs = 'json') => {
    const [from, to] = [referenceTarget(base.document, left), referenceTarget(revision.document, right)];
    const key = `${direction} ${carriedAs} ${from}\n${to}`;
    const found =
      known.get(key) ??
      compareSchemas({ contract: base, pointer: from }, { contract: revision, pointer: to }, direction, carriedAs);
    known.set(key, found);
    return found;
  };
}

/** Several media types and statuses may share one schema: its change is told once an operation. */
function withoutRepetition(differences: readonly Difference[]): readonly Difference[] {
  const seen = new Set<string>();
  return differences.filter(({ code, message, direction, operation, base = '', revision = '' }) => {
    const key = [code, message, direction, operation?.name ?? '', base, revision].join('\n');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What was only a draft, or alpha, was never promised: its changes inform. */
function isUnstable({ base }: Documents, { operation }: Difference): boolean {
  if (operation === undefined) return false;
  const declared = 'operation' in operation ? operation.operation : operation.base;
  return ['draft', 'alpha'].includes(spokenValue(objectAt(base, declared.pointer)['x-stability-level']));
}

function changeOf(difference: Difference, severity: Severity, base: DiffSide, revision: DiffSide): Change {
  const { code, place, message, fix, expected, actual, direction, operation } = difference;
  const [from, to] = [placeOf(base, difference.base), placeOf(revision, difference.revision)];
  const operationId =
    operation === undefined ? undefined : idOf('operation' in operation ? operation.operation : operation.revision);
  return {
    code,
    severity,
    message: place === undefined ? message : `in ${place}, ${message}`,
    ...(fix === undefined ? {} : { fix }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    where: to ?? from ?? locate(revision.root, revision.contract, ''),
    ...(operationId === undefined ? {} : { operationId }),
    direction,
    ...(operation === undefined ? {} : { operation: operation.name }),
    ...(from === undefined ? {} : { base: from }),
    ...(to === undefined ? {} : { revision: to }),
  };
}

function placeOf(side: DiffSide, pointer: string | undefined): Where | undefined {
  return pointer === undefined ? undefined : locate(side.root, side.contract, pointer);
}

/** `METHOD /path` stands in where the document gives none. */
function idOf({ id, method, path }: Operation): string | undefined {
  return id === `${method.toUpperCase()} ${path}` ? undefined : id;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** The document first, then by operation as the revision has them, what is gone last; the worst of each first. */
function inOrder(changes: readonly Change[], { matched, added, removed }: Documents): readonly Change[] {
  const names = [
    '',
    ...matched.map(({ name }) => name),
    ...added.map(({ name }) => name),
    ...removed.map(({ name }) => name),
  ];
  const positions = new Map(names.toReversed().map((name, index) => [name, names.length - index]));
  const position = ({ operation = '' }: Change): number => positions.get(operation) ?? 0;
  return changes.toSorted((a, b) => position(a) - position(b) || RANK[a.severity] - RANK[b.severity]);
}
