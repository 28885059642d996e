import path from 'node:path';
import {
  kinds,
  TallyError,
  type Contract,
  type Finding,
  type ParsedContract,
  type RunContext,
} from '../contracts/index.ts';
import { loadPrismDocument, type PrismDocument } from './prism-operations.ts';

/** A contract and what Prism makes of its document. */
export interface LoadedContract {
  readonly contract: Contract;
  readonly document: PrismDocument;
}

/** Whether its operations can be mocked: OpenAPI, and the collections that Prism reads besides. */
export function isMockable({ kind }: Pick<Contract, 'kind'>): boolean {
  return kind === 'openapi' || kind === 'postman';
}

/** @throws TallyError DOCUMENT_NOT_MOCKABLE */
export async function loadContract(root: string, { contract, findings }: ParsedContract): Promise<LoadedContract> {
  try {
    const { source, document } = contract;
    return { contract, document: await loadPrismDocument(path.resolve(root, source), document) };
  } catch (cause) {
    throw notMockable(contract, findings, cause);
  }
}

/**
 * Reads a contract anew from its file. The name stays: it is the folder's, or is part of the address at which it is served.
 *
 * @throws TallyError CONTRACT_UNREADABLE, DOCUMENT_NOT_MOCKABLE, OPERATIONS_NONE
 */
export async function readContract(
  root: string,
  known: Pick<Contract, 'name' | 'source' | 'kind'>,
): Promise<LoadedContract> {
  const kind = kinds.find(({ id }) => id === known.kind);
  if (kind === undefined) throw new Error(`${known.kind} is no longer a kind of contract`);
  const parsed = await kind.parse(path.resolve(root, known.source), { root, name: known.name });
  const loaded = await loadContract(root, parsed);
  if (loaded.document.routes.length === 0) throw operationsNone(loaded.contract);
  return loaded;
}

/** What reading the contract found says where; what Prism says has neither line nor, often, sense. */
function notMockable({ source }: Contract, findings: readonly Finding[], cause: unknown): TallyError {
  const code = 'DOCUMENT_NOT_MOCKABLE';
  const finding = findings.find(({ severity }) => severity === 'error');
  const fix = `tally check ${source} says what is wrong with it`;
  if (finding === undefined) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new TallyError({ code, where: source, why, fix, cause });
  }
  const { line, column } = finding.where;
  const where = `${finding.where.source}:${line}:${column}`;
  return new TallyError({ code, where, why: finding.message, fix: finding.fix ?? fix, cause });
}

export function operationsNone(contract: Contract): TallyError {
  return new TallyError({
    code: 'OPERATIONS_NONE',
    where: contract.source,
    why: 'it describes no operation, so there is nothing to answer',
    fix: 'add a path with a method to it',
  });
}

/** Every OpenAPI contract of the workspace, loaded one after the other. */
export async function loadContracts(
  context: RunContext,
  contracts: readonly ParsedContract[],
): Promise<readonly LoadedContract[]> {
  const loaded: LoadedContract[] = [];
  for (const parsed of contracts) {
    context.log.progress(`reading ${parsed.contract.source}`);
    loaded.push(await loadContract(context.workspace.root, parsed));
  }
  context.log.progress('');
  return loaded;
}
