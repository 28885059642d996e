import {
  documentedMediaType,
  documentedResponse,
  exampleRequest,
  locate,
  runCheck,
  schemaValidator,
  TallyError,
  type Contract,
  type ExampleRequest,
  type Exchange,
  type Finding,
  type Json,
  type MediaType,
  type Operation,
  type Result,
  type RunContext,
} from '../contracts/index.ts';
import { dummyCredentials } from './dummy-credentials.ts';
import type { MockServer, MockService } from './mock-server.ts';
import { sendRequest } from './send-request.ts';

/**
 * Sends every operation's example request to its mock and holds the answer to the contract: a mock whose answers break
 * the contract teaches partners the wrong thing. One result a service, `mock-answers`.
 */
export async function smokeMocks(context: RunContext, server: Pick<MockServer, 'services'>): Promise<void> {
  for (const service of server.services) {
    const check = { id: 'mock-answers', suite: 'mock', subject: `${service.name} ${service.version}` };
    await runCheck(context, check, () => smokeService(context, service));
  }
}

type Outcome = Partial<Pick<Result, 'status' | 'findings' | 'measures' | 'reason'>>;

async function smokeService(context: RunContext, service: MockService): Promise<Outcome> {
  const { contract } = service;
  const findings: Finding[] = [];
  const without: string[] = [];
  let sent = 0;
  for (const operation of contract.operations) {
    context.signal.throwIfAborted();
    const request = exampleRequest(contract, operation);
    if ('missing' in request) without.push(`${operation.id} (${request.missing.join(', ')})`);
    else findings.push(...(await smokeOperation(context, service, operation, request)));
    if (!('missing' in request)) sent += 1;
  }
  return {
    findings,
    measures: [
      { name: 'operations answered', value: sent, unit: 'count' },
      { name: 'operations without an example', value: without.length, unit: 'count' },
    ],
    ...(without.length > 0 ? { reason: `no example for ${without.join(', ')}` } : {}),
    ...(sent === 0 ? { status: 'skipped', reason: reasonForNone(contract, without) } : {}),
  };
}

function reasonForNone({ source }: Contract, without: readonly string[]): string {
  if (without.length === 0) return `${source} describes no operation`;
  return `no operation has an example request: ${without.join(', ')}`;
}

async function smokeOperation(
  context: RunContext,
  service: MockService,
  operation: Operation,
  request: ExampleRequest,
): Promise<readonly Finding[]> {
  const { contract } = service;
  const { headers, query } = dummyCredentials(contract, operation);
  const target = query === '' ? request.target : request.target + (request.target.includes('?') ? '&' : '?') + query;
  const observed = await sendRequest(
    {
      method: request.method,
      url: service.url + target,
      headers: { ...request.headers, ...headers },
      ...(request.body === undefined ? {} : { body: request.body }),
    },
    context.signal,
  );
  const exchange: Exchange = context.redactor.exchange({ ...observed, operationId: operation.id });
  const about = { operationId: operation.id, exchange };
  return judge(context, contract, operation, observed).map((finding) => ({ ...finding, ...about }));
}

function judge(context: RunContext, contract: Contract, operation: Operation, exchange: Exchange): readonly Finding[] {
  const { response } = exchange;
  if (response === undefined) return [noAnswer(operation, exchange)];
  const documented = documentedResponse(operation, response.status);
  if (documented === undefined) return [undocumented(operation, exchange, response.status)];
  if (response.status >= 400 && operation.responses.some(({ status }) => status.startsWith('2'))) {
    return [exampleRefused(operation, exchange, response.status)];
  }
  const media = documentedMediaType(documented, response.headers['content-type']);
  if (media === undefined || response.body === undefined || !/[/+]json$/.test(media.mediaType)) return [];
  return bodyFindings(context, contract, media, response.body);
}

function bodyFindings(context: RunContext, contract: Contract, media: MediaType, body: string): readonly Finding[] {
  const { root } = context.workspace;
  try {
    const problems = schemaValidator(contract, media.pointer, 'response')(JSON.parse(body) as Json);
    return problems.map(({ instancePointer, schemaPointer, message, expected, actual }) => ({
      code: 'mock-answer-mismatch',
      severity: 'error',
      message: `The mock's answer breaks the contract: ${instancePointer || 'the body'} ${message}`,
      fix: 'give the response an example that matches its schema',
      expected,
      actual,
      instancePointer,
      where: locate(root, contract, schemaPointer),
    }));
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return [notJson(root, contract, media)];
    if (!(thrown instanceof TallyError)) throw thrown;
    return [schemaUnusable(root, contract, media, thrown)];
  }
}

function notJson(root: string, contract: Contract, media: MediaType): Finding {
  return {
    code: 'mock-answer-mismatch',
    severity: 'error',
    message: `The mock's answer is no JSON, but says it is ${media.mediaType}`,
    fix: 'give the response an example that is no text',
    where: locate(root, contract, media.pointer),
  };
}

function schemaUnusable(root: string, contract: Contract, media: MediaType, error: TallyError): Finding {
  return {
    code: 'mock-answer-unchecked',
    severity: 'warning',
    message: `The mock's answer was not checked, its schema is invalid: ${error.why}`,
    fix: error.fix,
    where: locate(root, contract, media.pointer),
  };
}

function noAnswer(operation: Operation, { connection = '' }: Exchange): Finding {
  return {
    code: 'mock-silent',
    severity: 'error',
    message: `The mock did not answer ${operation.id}: ${connection}`,
    where: operation.where,
  };
}

function undocumented(operation: Operation, exchange: Exchange, status: number): Finding {
  return {
    code: 'mock-answer-undocumented',
    severity: 'error',
    message: `The mock answers ${operation.id} with ${status}, which the contract does not document${reasonOf(exchange)}`,
    fix: 'correct the example request, or document the response',
    expected: operation.responses.map((response) => response.status),
    actual: status,
    where: operation.where,
  };
}

function exampleRefused(operation: Operation, exchange: Exchange, status: number): Finding {
  return {
    code: 'example-request-refused',
    severity: 'error',
    message: `The contract's own example request of ${operation.id} is refused with ${status}${reasonOf(exchange)}`,
    fix: 'correct the examples of its parameters and body',
    actual: status,
    where: operation.where,
  };
}

/** What Prism had against it: a header beside a documented answer, else its problem. */
function reasonOf({ response }: Exchange): string {
  const reason = response?.headers['sl-violations'] ?? response?.body;
  return reason === undefined ? '' : `: ${reason.slice(0, 1_000)}`;
}
