import { clientOf } from './client-of.ts';
import type { Question } from './covered.ts';
import { writeProblem, type Destination } from './finished-answer.ts';
import { NOTHING_WRONG, type Handled } from './handled.ts';
import type { PrismRoute } from './prism-operations.ts';
import type { SandboxAnswer } from './sandbox-problems.ts';
import type { Sandbox } from './sandbox.ts';
import { violationOf } from './violation.ts';

/** @returns undefined where the engine is to answer: what was asked for by `Prefer`, what only Prism can tell */
export function answerFromSandbox(
  sandbox: Sandbox,
  to: Destination,
  route: PrismRoute,
  { input, preferences, accept, violations }: Question,
): Handled | Promise<Handled> | undefined {
  const { code, exampleKey, dynamic } = preferences;
  if (violations === undefined || code !== undefined || exampleKey !== undefined || dynamic !== undefined)
    return undefined;
  const client = clientOf(to.request.socket);
  const { method, path } = route;
  const found = sandbox.answer({ method, path, input, accept, violations, client });
  const send = (answer: SandboxAnswer): Handled => {
    const sent = writeProblem(to, { status: answer.status, headers: answer.headers, body: answer.body });
    return {
      ...NOTHING_WRONG,
      route,
      violations: violations.map(violationOf),
      ...(sent === undefined ? {} : { sent }),
    };
  };
  return found instanceof Promise ? found.then(send) : found === undefined ? undefined : send(found);
}
