import {
  schemaValidator,
  type Contract,
  type Finding,
  type Json,
  type Response,
  type SchemaProblem,
} from '../../contracts/index.ts';
import { findingOf, type Check, type Observation } from '../check.ts';

type Header = Response['headers'][number];

/** The documented headers of a response: required ones are there, and what is there conforms to its schema. */
export const headersConform: Check = {
  id: 'headers-conform',
  summary: 'Required response headers are present, and documented ones conform to their schemas',
  appliesTo: ({ answer, response }) => answer !== undefined && response !== undefined && response.headers.length > 0,
  run(observation) {
    const { answer, response } = observation;
    if (!answer || !response) return [];
    return response.headers.flatMap((header) =>
      problemsOf(observation, header, answer.headers[header.name.toLowerCase()]),
    );
  },
};

function problemsOf(observation: Observation, header: Header, value: string | undefined): readonly Finding[] {
  // OpenAPI 3.1 §4.8.17: a header named Content-Type is ignored here.
  if (header.name.toLowerCase() === 'content-type') return [];
  if (value === undefined) return header.required ? [missing(observation, header)] : [];
  return validate(observation.contract, header, value).map((problem) => mismatch(observation, header, value, problem));
}

function missing(observation: Observation, header: Header): Finding {
  return findingOf(observation, {
    code: 'response-header-missing',
    message: `the required header ${header.name} is missing`,
    fix: `send ${header.name} with every ${observation.response?.status} of ${observation.operation.id}`,
    expected: header.name,
    actual: null,
    pointer: header.pointer,
  });
}

function mismatch(observation: Observation, header: Header, value: string, problem: SchemaProblem): Finding {
  return findingOf(observation, {
    code: 'response-header-mismatch',
    message: `the header ${header.name} ${problem.message}`,
    expected: problem.expected,
    actual: observation.exchange.response?.headers[header.name.toLowerCase()] ?? value,
    pointer: problem.schemaPointer,
  });
}

/** A header is text; its schema may speak of a number, a boolean or a list (style `simple`, RFC 6570 §3.2.2). */
function validate(contract: Contract, header: Header, value: string): readonly SchemaProblem[] {
  const validator = schemaValidator(contract, header.pointer, 'response');
  const asText = validator(value);
  if (!asText.some(({ keyword }) => keyword === 'type')) return asText;
  const readings = otherReadings(value).map((reading) => validator(reading));
  return (
    readings.find((problems) => problems.length === 0) ??
    readings.find((problems) => !isTypeProblem(problems)) ??
    asText
  );
}

function isTypeProblem(problems: readonly SchemaProblem[]): boolean {
  return problems.some(({ keyword, instancePointer }) => keyword === 'type' && instancePointer === '');
}

function otherReadings(value: string): readonly Json[] {
  const list = value.split(',').map((item) => scalar(item.trim()));
  return [scalar(value), list, list.map(String)];
}

function scalar(text: string): Json {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
