import {
  documentedMediaType,
  documentedResponse,
  essenceOf,
  locate,
  schemaValidator,
  type Contract,
  type Finding,
  type Json,
  type MediaType,
  type Operation,
  type Response,
} from '../contracts/index.ts';
import type { KeptAnswer } from './generator-messages.ts';

/** Autocannon decodes a body piece by piece: a letter that was cut in two became this. */
const REPLACEMENT = '\uFFFD';
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

/** Holds one answer's body against the contract. An undocumented status is counted for every answer, not here. */
export function checkAnswer(
  root: string,
  contract: Contract,
  operation: Operation,
  answer: KeptAnswer,
): readonly Finding[] {
  const response = documentedResponse(operation, answer.status);
  if (response === undefined || answer.body === '' || response.content.length === 0) return [];
  const given = essenceOf(answer.headers['content-type']);
  const mediaType = documentedMediaType(response, given);
  const where = locate(root, contract, response.pointer);
  const subject = `${operation.id} answered ${answer.status}`;
  const base = { code: 'load-response-mismatch', severity: 'error', operationId: operation.id, where } as const;
  if (mediaType === undefined) {
    return [
      {
        ...base,
        message: `${subject} with the media type ${given === '' ? '(none)' : given}, which the contract does not name`,
        expected: namesOf(response),
        actual: given,
      },
    ];
  }
  if (!JSON_TYPE.test(given) || answer.body.includes(REPLACEMENT)) return [];
  const body = parseBody(answer.body);
  if (body === undefined) return [{ ...base, message: `${subject} with a body that is no JSON` }];
  return schemaValidator(
    contract,
    mediaType.pointer,
    'response',
  )(body.value).map((problem) => ({
    ...base,
    message: `${subject}: ${problem.instancePointer === '' ? 'the body' : problem.instancePointer} ${problem.message}`,
    expected: problem.expected,
    actual: problem.actual,
    where: locate(root, contract, problem.schemaPointer),
    instancePointer: problem.instancePointer,
  }));
}

function namesOf(response: Response): readonly string[] {
  return response.content.map((content: MediaType) => content.mediaType);
}

function parseBody(text: string): { readonly value: Json } | undefined {
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}
