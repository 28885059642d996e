import type { IHttpResponse } from '@stoplight/prism-http';
import { clientOf } from './client-of.ts';
import type { Question } from './covered.ts';
import { writeProblem, type Destination } from './finished-answer.ts';
import { NOTHING_WRONG, type Handled } from './handled.ts';
import type { OperationAnswers, Served } from './operation-answers.ts';
import type { SandboxAnswer } from './sandbox-problems.ts';
import type { Sandbox } from './sandbox.ts';
import { violationOf } from './violation.ts';

/** @returns undefined where the engine is to answer: what was asked for by `Prefer`, what only Prism can tell */
export function answerFromSandbox(
  sandbox: Sandbox,
  to: Destination,
  served: Served,
  question: Question,
  callBack: OperationAnswers['callBack'],
): Handled | Promise<Handled> | undefined {
  const { route, operation } = served;
  const { input, preferences, accept, violations } = question;
  const { code, exampleKey, dynamic } = preferences;
  if (violations === undefined || code !== undefined || exampleKey !== undefined || dynamic !== undefined)
    return undefined;
  const client = clientOf(to.request.socket);
  const { method, path } = route;
  const found = sandbox.answer({ method, path, input, accept, violations, client });
  const send = (answer: SandboxAnswer): Handled | Promise<Handled> => {
    const sent = writeProblem(to, { status: answer.status, headers: answer.headers, body: answer.body });
    const handled = {
      ...NOTHING_WRONG,
      route,
      violations: violations.map(violationOf),
      ...(sent === undefined ? {} : { sent }),
    };
    if (operation.callbacks === undefined || answer.refusal !== undefined) return handled;
    return callBack(served, question, outputOf(answer), handled);
  };
  return found instanceof Promise ? found.then(send) : found === undefined ? undefined : send(found);
}

/** As Prism's callbacks read it: `$response.body#/id`. */
function outputOf({ status, headers, body }: SandboxAnswer): IHttpResponse {
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at]?.toLowerCase() ?? '', headers[at + 1] ?? '']);
  const said: unknown = body === undefined ? undefined : JSON.parse(body);
  return { statusCode: status, headers: Object.fromEntries(pairs), body: said };
}
