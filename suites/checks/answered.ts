import { findingOf, type Check, type Departure } from '../check.ts';
import { SEND_LIMITS, type SendLimits } from '../send-request.ts';

/** Whether an answer came at all, whole and in time. */
export const answered: Check = {
  id: 'answered',
  summary: 'The provider answers within 10 s, with at most 5 MB',
  appliesTo: () => true,
  run(observation) {
    const { answer, exchange, limits = SEND_LIMITS, operation } = observation;
    if (!answer) return [findingOf(observation, noAnswer(exchange.connection ?? 'UNKNOWN', limits, operation.pointer))];
    return answer.truncated ? [findingOf(observation, tooLarge(limits, operation.pointer))] : [];
  },
};

function noAnswer(connection: string, { timeoutMs }: SendLimits, pointer: string): Departure {
  const late = connection === 'TIMEOUT';
  return {
    code: late ? 'answer-timeout' : 'answer-missing',
    message: late
      ? `no complete answer within ${timeoutMs / 1000} s`
      : `the connection ended without an answer (${connection})`,
    fix: 'look at the log of the provider for this request',
    expected: 'an answer',
    actual: connection,
    pointer,
  };
}

function tooLarge({ maxBytes }: SendLimits, pointer: string): Departure {
  return {
    code: 'answer-too-large',
    message: `the answer is larger than ${maxBytes / 1_000_000} MB and was cut off there`,
    fix: 'page the answer, or send less',
    expected: `at most ${maxBytes} bytes`,
    actual: `more than ${maxBytes} bytes`,
    pointer,
  };
}
