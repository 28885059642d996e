import type { Contract, Exchange, Finding, RunContext } from '../contracts/index.ts';
import { checkAnswer } from './check-answer.ts';
import type { KeptAnswer } from './generator-messages.ts';
import type { PlannedOperation } from './plan.ts';
import type { Tally } from './recorder.ts';

/** What one operation's answers under load depart from: each way once, with one exchange that shows it. */
export function operationFindings(
  context: RunContext,
  contract: Contract,
  origin: string,
  planned: PlannedOperation,
  tally: Tally,
  answers: readonly KeptAnswer[],
): { readonly findings: readonly Finding[]; readonly checked: number } {
  const exchangeOf = (answer: KeptAnswer): Exchange => context.redactor.exchange(toExchange(origin, planned, answer));
  const undocumented = [...tally.undocumented].map(([status, count]): Finding => {
    const shown = answers.find((answer) => answer.status === status);
    return {
      code: 'load-status-undocumented',
      severity: 'error',
      message: `${planned.operation.id} answered ${status} ${times(count)} of ${tally.latency.n} under load, which the contract does not document`,
      fix: `document ${status}, or make the provider answer as documented`,
      expected: planned.operation.responses.map((response) => response.status),
      actual: status,
      where: planned.operation.where,
      operationId: planned.operation.id,
      ...(shown === undefined ? {} : { exchange: exchangeOf(shown) }),
    };
  });
  const seen = new Map<string, { readonly finding: Finding; readonly answer: KeptAnswer; count: number }>();
  for (const answer of answers) {
    for (const finding of checkAnswer(context.workspace.root, contract, planned.operation, answer)) {
      // An item of a list departs like its neighbours.
      const key = `${finding.message.replaceAll(/\/\d+(?=\/|\s)/g, '/*')} ${finding.where.pointer}`;
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { finding, answer, count: 1 });
      else known.count += 1;
    }
  }
  const mismatches = [...seen.values()].map(
    ({ finding, answer, count }): Finding => ({
      ...finding,
      message: `${finding.message} (${count} in ${answers.length} answers checked)`,
      exchange: exchangeOf(answer),
    }),
  );
  return { findings: [...undocumented, ...mismatches], checked: answers.length };
}

function toExchange(origin: string, { operation, wire }: PlannedOperation, answer: KeptAnswer): Exchange {
  const headers = Object.fromEntries(Object.entries(wire.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    operationId: operation.id,
    request: { method: wire.method, url: origin + wire.target, headers, ...(wire.body === undefined ? {} : { body: wire.body }) },
    response: { status: answer.status, headers: answer.headers, body: answer.body },
    startedAt: new Date(answer.startedAtMs).toISOString(),
    durationMs: answer.durationMs,
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
