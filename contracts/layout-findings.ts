import path from 'node:path';
import type { Finding } from './finding.ts';
import type { FoundDocument } from './find-documents.ts';
import { isKebabCase, kebabCase } from './kebab-case.ts';
import { locate } from './locate.ts';
import type { Contract } from './model.ts';

/** Where the folders that a contract lies in say something else than the contract. */
export function layoutFindings(contract: Contract, found: FoundDocument, root: string): readonly Finding[] {
  return [...versionFindings(contract, found, root), ...nameFindings(contract, found, root)];
}

function versionFindings(contract: Contract, { version }: FoundDocument, root: string): readonly Finding[] {
  if (version === undefined || version === contract.version) return [];
  const pointer = contract.kind === 'file' ? '/version' : '/info/version';
  return [
    {
      code: 'contract-version-mismatch',
      severity: 'error',
      message: `the folder says version ${version}, the document says ${contract.version}`,
      fix: `rename the folder to ${contract.version}, or correct the version in the document`,
      expected: version,
      actual: contract.version,
      where: locate(root, contract, pointer),
    },
  ];
}

function nameFindings(contract: Contract, found: FoundDocument, root: string): readonly Finding[] {
  const name = found.name ?? path.basename(found.file, '.json');
  if (isKebabCase(name)) return [];
  const better = kebabCase(name);
  return [
    {
      code: 'contract-name-not-kebab-case',
      severity: 'warning',
      message: `the name "${name}" is not in kebab-case; it becomes part of addresses and flags`,
      fix: better === '' ? 'use lower-case letters, digits and hyphens' : `rename it to ${better}`,
      expected: better,
      actual: name,
      where: locate(root, contract, ''),
    },
  ];
}
