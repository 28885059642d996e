import type { Finding } from './finding.ts';
import { locate } from './locate.ts';
import type { Contract } from './model.ts';

/** A finding before its line is looked up: that is all that is kept of it between two runs. */
export type UnplacedFinding = Omit<Finding, 'where'> & {
  /** Into `contract.document`. */
  readonly pointer: string;
};

export function placeFinding(root: string, contract: Pick<Contract, 'source'>, finding: UnplacedFinding): Finding {
  const { pointer, ...rest } = finding;
  return { ...rest, where: locate(root, contract, pointer) };
}
