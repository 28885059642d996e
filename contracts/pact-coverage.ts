import type { Finding } from './finding.ts';
import { locate } from './locate.ts';
import { matchMessage } from './match-message.ts';
import { operationOfRequest } from './operation-of-request.ts';
import type { Contract, Operation } from './model.ts';
import { namedContract, versionsOf } from './named-contract.ts';
import { runCheck, type RunContext } from './run-context.ts';

/**
 * For every API and event contract that a pact names, what of it no pact uses: `operation-without-pact` and
 * `message-without-pact`. Information, never a mistake: a consumer may have no pact.
 */
export async function checkPactCoverage(context: RunContext, pacts: readonly Contract[]): Promise<void> {
  for (const [contract, users] of usersOf(context, pacts)) {
    const used = usedBy(contract, users);
    const all = contract.kind === 'openapi' ? contract.operations : contract.messages;
    const unused = all.filter(({ id }) => !used.has(id));
    const label = contract.kind === 'asyncapi' ? ' · asyncapi' : '';
    const subject = `${contract.name} ${contract.version}${label}`;
    const noun = contract.kind === 'openapi' ? 'operations' : 'messages';
    await runCheck(context, { id: 'pact-coverage', suite: 'check', subject }, () => ({
      findings: unused.map(({ id, pointer }) => unusedFinding(context.workspace.root, contract, id, pointer)),
      measures: [{ name: `${noun} that a pact uses`, value: used.size, unit: 'count', n: all.length }],
    }));
  }
}

function usersOf(context: RunContext, pacts: readonly Contract[]): ReadonlyMap<Contract, readonly Contract[]> {
  const users = new Map<Contract, Contract[]>();
  for (const pact of pacts) {
    const named = namedContract(pact, context.workspace.config);
    for (const kind of ['openapi', 'asyncapi'] as const) {
      const type = kind === 'openapi' ? 'http' : 'message';
      const versions = versionsOf(context.workspace.contracts, kind, named.name);
      const contract =
        named.version === undefined ? versions.at(-1) : versions.find(({ version }) => version === named.version);
      if (contract === undefined || !pact.interactions.some((interaction) => interaction.type === type)) continue;
      users.set(contract, [...(users.get(contract) ?? []), pact]);
    }
  }
  return users;
}

function usedBy(contract: Contract, pacts: readonly Contract[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { description, request, contents } of pacts.flatMap(({ interactions }) => interactions)) {
    const operation: Operation | undefined =
      request === undefined ? undefined : operationOfRequest(contract, request.method, request.path);
    if (operation !== undefined) used.add(operation.id);
    if (contents === undefined || contract.kind !== 'asyncapi') continue;
    const message = matchMessage(contract, description, contents);
    if (message !== undefined) used.add(message.id);
  }
  return used;
}

function unusedFinding(root: string, contract: Contract, id: string, pointer: string): Finding {
  const noun = contract.kind === 'openapi' ? 'operation' : 'message';
  return {
    code: `${noun}-without-pact`,
    severity: 'info',
    message: `no pact uses the ${noun} ${id}`,
    fix: 'write a consumer test for it, or retire it when nobody else uses it',
    where: locate(root, contract, pointer),
    ...(noun === 'operation' ? { operationId: id } : {}),
  };
}
