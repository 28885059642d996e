import { findingOf, type Check } from '../check.ts';
import { SEND_LIMITS } from '../send-request.ts';

const MEGABYTE = 1_000_000;

/** Whether an answer came at all, whole and in time. */
export const answered: Check = {
  id: 'answered',
  summary: 'The provider answers within 10 s, with at most 5 MB',
  appliesTo: () => true,
  run(observation) {
    const { answer, exchange, operation } = observation;
    if (!answer) return [findingOf(observation, noAnswer(exchange.connection ?? 'UNKNOWN', operation.pointer))];
    if (!answer.truncated) return [];
    const limit = `${SEND_LIMITS.maxBytes / MEGABYTE} MB`;
    return [
      findingOf(observation, {
        code: 'answer-too-large',
        message: `the answer is larger than ${limit} and was cut off there`,
        fix: 'page the answer, or send less',
        expected: `at most ${limit}`,
        actual: `more than ${limit}`,
        pointer: operation.pointer,
      }),
    ];
  },
};

function noAnswer(connection: string, pointer: string) {
  const seconds = SEND_LIMITS.timeoutMs / 1000;
  return {
    code: connection === 'TIMEOUT' ? 'answer-timeout' : 'answer-missing',
    message:
      connection === 'TIMEOUT'
        ? `no complete answer within ${seconds} s`
        : `the connection ended without an answer (${connection})`,
    fix: 'look at the log of the provider for this request',
    expected: 'an answer',
    actual: connection,
    pointer,
  };
}
