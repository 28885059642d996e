import type { Contract, Exchange, Finding, Json } from '../contracts/index.ts';
import { checkAnswer } from './check-answer.ts';
import type { KeptAnswer } from './generator-messages.ts';
import type { Measured } from './measured.ts';
import type { PlannedOperation } from './plan.ts';
import type { Tally } from './recorder.ts';

/** What one operation's answers under load depart from: each way once, with one exchange that shows it. */
export function operationFindings(
  measured: Measured,
  index: number,
  tally: Tally,
): { readonly findings: readonly Finding[]; readonly checked: number } {
  const planned = measured.operations[index];
  if (planned === undefined) return { findings: [], checked: 0 };
  const answers = measured.recorder.kept.filter((answer) => answer.operation === index);
  const exchangeOf = (answer: KeptAnswer): Exchange =>
    measured.context.redactor.exchange(toExchange(measured.origin, planned, answer));
  const undocumented = [...tally.undocumented].map(([status, count]) => {
    const shown = answers.find((answer) => answer.status === status);
    const finding = undocumentedFinding(planned, status, count, tally.latency.n);
    return shown === undefined ? finding : { ...finding, exchange: exchangeOf(shown) };
  });
  const mismatches = mismatchesOf(measured, planned, answers).map(({ finding, answer, count }): Finding => ({
    ...finding,
    message: `${finding.message} (in ${count} of ${answers.length} answers checked)`,
    exchange: exchangeOf(answer),
  }));
  return { findings: [...undocumented, ...mismatches], checked: answers.length };
}

function undocumentedFinding({ operation }: PlannedOperation, status: number, count: number, n: number): Finding {
  return {
    code: 'load-status-undocumented',
    severity: 'error',
    message: `${operation.id} answered ${status} ${count === 1 ? 'once' : `${count} times`} in ${n} requests, which the contract does not document`,
    fix: `document ${status}, or make the provider answer as documented`,
    expected: operation.responses.map((response): Json => response.status),
    actual: status,
    where: operation.where,
    operationId: operation.id,
  };
}

interface Mismatch {
  readonly finding: Finding;
  readonly answer: KeptAnswer;
  count: number;
}

function mismatchesOf(
  { context, contract }: { readonly context: Measured['context']; readonly contract: Contract },
  { operation }: PlannedOperation,
  answers: readonly KeptAnswer[],
): readonly Mismatch[] {
  const seen = new Map<string, Mismatch>();
  for (const answer of answers) {
    const inAnswer = new Map<string, Finding>();
    for (const finding of checkAnswer(context.workspace.root, contract, operation, answer)) {
      // The items of a list depart alike.
      const key = `${finding.message.replaceAll(/\/\d+(?=[/ ])/g, '/*')} ${finding.where.pointer}`;
      if (!inAnswer.has(key)) inAnswer.set(key, finding);
    }
    for (const [key, finding] of inAnswer) {
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { finding, answer, count: 1 });
      else known.count += 1;
    }
  }
  return [...seen.values()];
}

function toExchange(origin: string, { operation, wire }: PlannedOperation, answer: KeptAnswer): Exchange {
  const headers = Object.fromEntries(Object.entries(wire.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    operationId: operation.id,
    request: {
      method: wire.method,
      url: origin + wire.target,
      headers,
      ...(wire.body === undefined ? {} : { body: wire.body }),
    },
    response: { status: answer.status, headers: answer.headers, body: answer.body },
    startedAt: new Date(answer.startedAtMs).toISOString(),
    durationMs: answer.durationMs,
  };
}
