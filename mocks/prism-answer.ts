import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IHttpResponse } from '@stoplight/prism-http';
import { VIOLATIONS } from '@stoplight/prism-http/dist/mocker/errors.js';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import { serialize } from '@stoplight/prism-http-server/dist/serialize.js';
import micri from 'micri';
import { asError } from './as-error.ts';
import { SEVERITIES, type Diagnostic } from './violation.ts';

/** What Prism's components make of a request. */
export interface PrismAnswer {
  readonly output: IHttpResponse;
  readonly validations: { readonly input: readonly Diagnostic[]; readonly output: readonly Diagnostic[] };
}

/** A violation as the header and the problem of `--errors` tell it. */
export interface ViolationReport {
  readonly location: readonly string[];
  readonly severity: string;
  readonly code: string | number | undefined;
  readonly message: string;
}

export const VIOLATIONS_HEADER = 'sl-violations';

/** Bundled in a way that hides its names from `import`. */
const { MicriError, send, sendError } = micri;

/** A violations header longer than this is cut, so that clients with 8 KiB for all headers can read it. */
const VIOLATIONS_HEADER_LENGTH = 8 * 1024 - 100;

export function reportsOf(
  side: 'request' | 'response',
  diagnostics: readonly Diagnostic[],
): readonly ViolationReport[] {
  return diagnostics.map(({ path = [], severity, code, message }) => ({
    location: [side, ...path],
    severity: SEVERITIES[severity] ?? '',
    code,
    message,
  }));
}

/** @returns undefined where there is nothing to tell */
export function violationsHeader(reports: readonly ViolationReport[]): string | undefined {
  if (reports.length === 0) return undefined;
  const value = JSON.stringify(reports);
  if (value.length <= VIOLATIONS_HEADER_LENGTH) return value;
  return `Too many violations! ${value.slice(0, VIOLATIONS_HEADER_LENGTH)}`;
}

/**
 * Writes an answer as prism-http-server's handler does, step for step: what is set before an error stays on the answer.
 *
 * @returns why there is no such answer, if so; it has been answered with it
 */
export function sendAnswer(response: ServerResponse, answer: PrismAnswer, errors: boolean): Error | undefined {
  const { input, output } = answer.validations;
  const ours = reportsOf('response', output);
  const header = violationsHeader([...reportsOf('request', input), ...ours]);
  if (header !== undefined) response.setHeader(VIOLATIONS_HEADER, header);
  return sendOutput(response, answer.output, errors ? ours : []);
}

/** All but the violations header. @param refusing what is wrong with the answer, where that makes it a 500 */
export function sendOutput(
  response: ServerResponse,
  output: IHttpResponse,
  refusing: readonly ViolationReport[],
): Error | undefined {
  const problem = violationsProblem(refusing) ?? trySend(response, output);
  if (problem !== undefined) sendProblem(response, problem);
  return problem;
}

function trySend(response: ServerResponse, { headers = {}, statusCode, body }: IHttpResponse): Error | undefined {
  try {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    send(response, statusCode, serialize(body, response.getHeader('content-type') as string));
    return undefined;
  } catch (thrown) {
    return asError(thrown);
  }
}

function violationsProblem(reports: readonly ViolationReport[]): Error | undefined {
  const validation = reports.filter(({ severity }) => severity === 'Error');
  if (validation.length === 0) return undefined;
  const detail =
    'Your request/response is not valid and the --errors flag is set, so Prism is generating this error for you.';
  return ProblemJsonError.fromTemplate(VIOLATIONS, detail, { validation });
}

export function sendProblem(response: ServerResponse, problem: Error): void {
  if (response.writableEnded) return;
  const { status, headers } = problemParts(problem);
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
  send(response, status, JSON.stringify(ProblemJsonError.toProblemJson(problem)));
}

/** A problem's status, and its headers: names and values in turn. */
export function problemParts(problem: Error): { readonly status: number; readonly headers: readonly string[] } {
  const { additional, status = 500 } = problem as Partial<ProblemJsonError>;
  const own = additional?.['headers'];
  const headers = ['content-type', 'application/problem+json'];
  if (typeof own === 'object' && own !== null) {
    for (const [name, value] of Object.entries(own)) headers.push(name, String(value));
  }
  return { status, headers };
}

/** A body that cannot be read, or a failure that neither Prism nor we foresaw: the answer of Prism's HTTP server. */
export function sendFailure(request: IncomingMessage, response: ServerResponse, error: Error): void {
  if (response.writableEnded) return;
  if (error.name === 'URIError') return sendProblem(response, malformedEncoding());
  // Anything but a MicriError would be printed to the console as it is.
  const known =
    error instanceof MicriError ? error : new MicriError(500, 'internal_server_error', 'Internal Server Error');
  sendError(request, response, known);
}

/** A path like `/items/%zz`, which ends Prism's process. */
function malformedEncoding(): Error {
  const title = 'Malformed percent-encoding';
  return ProblemJsonError.fromTemplate({ type: 'MALFORMED_PATH', title, status: 400 }, 'The path cannot be decoded.');
}
