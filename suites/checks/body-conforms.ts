import {
  essenceOf,
  joinPointer,
  schemaValidator,
  type Finding,
  type Json,
  type SchemaProblem,
} from '../../contracts/index.ts';
import { findingOf, type Check, type Observation } from '../check.ts';
import { utf8 } from '../send-request.ts';

/** An answer that repeats one mistake in a thousand items is one mistake, not a thousand. */
const MAX_FINDINGS = 50;

/** The body against the schema of its media type: one finding for each way in which it departs. */
export const bodyConforms: Check = {
  id: 'body-conforms',
  summary: 'The body of an answer conforms to the schema of its response',
  appliesTo: ({ answer, mediaType }) =>
    answer !== undefined &&
    !answer.truncated &&
    answer.bytes.length > 0 &&
    mediaType !== undefined &&
    isJson(answer.headers['content-type']),
  run(observation) {
    const { answer, contract, mediaType } = observation;
    if (!answer || !mediaType) return [];
    const parsed = parseJson(answer.bytes);
    if ('why' in parsed) return [notJson(observation, parsed.why, mediaType.pointer)];
    const problems = schemaValidator(contract, mediaType.pointer, 'response')(parsed.value);
    return problems.slice(0, MAX_FINDINGS).map((problem) => mismatch(observation, problem));
  },
};

function mismatch(observation: Observation, problem: SchemaProblem): Finding {
  const { message, expected, actual, schemaPointer } = problem;
  const instancePointer = placeOf(problem);
  return findingOf(observation, {
    code: 'response-body-mismatch',
    message: `${problem.instancePointer === '' ? 'the body' : problem.instancePointer} ${message}`,
    fix: 'change the answer, or the schema on this line',
    expected,
    actual,
    pointer: schemaPointer,
    instancePointer,
  });
}

/** A member that is missing is named itself, not the object that lacks it. */
function placeOf({ instancePointer, keyword, expected }: SchemaProblem): string {
  return keyword === 'required' && typeof expected === 'string'
    ? joinPointer(instancePointer, expected)
    : instancePointer;
}

function notJson(observation: Observation, why: string, pointer: string): Finding {
  return findingOf(observation, {
    code: 'response-body-malformed',
    message: `the body is no JSON: ${why}`,
    fix: 'send JSON, or the Content-Type of what is sent',
    expected: 'JSON',
    actual: observation.exchange.response?.body?.slice(0, 200) ?? null,
    pointer,
  });
}

function parseJson(bytes: Buffer): { readonly value: Json } | { readonly why: string } {
  const text = utf8(bytes);
  if (text === undefined) return { why: 'its bytes are no UTF-8' };
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

function isJson(contentType: string | undefined): boolean {
  const essence = essenceOf(contentType);
  return essence === 'application/json' || essence.endsWith('+json');
}
