import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, authorise, type Client } from './access.ts';
import type { Answer } from './answer.ts';
import type { Carrier } from './carrier.ts';
import { plant } from './defects.ts';
import { invalidParameter, unsupportedMediaType } from './problem.ts';
import type { Scope } from './tokens.ts';

/** What an operation is given of a request. */
export interface Call {
  readonly client: Client;
  readonly body: unknown;
  /** @throws Problem 400 when it is no parcel's id */
  parcelId(): string;
  /** One value. @throws Problem 400 when the parameter is given twice */
  query(name: string): string | undefined;
  header(name: string): string | undefined;
}

/** One operation of one API version. */
export interface Operation {
  /** The contract's `operationId`; defects are planted in 2.0.0 only. */
  readonly id: string;
  readonly version: '1.4.0' | '2.0.0';
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly scope: Scope;
  readonly apiKey: boolean;
  /** The one media type that its body may have. */
  readonly takes?: string;
  handle(call: Call, carrier: Carrier): Answer | Promise<Answer>;
}

declare module 'fastify' {
  interface FastifyRequest {
    client: Client | null;
  }
}

/** Serves an operation behind everything that all of them have in common. */
export function serve(app: FastifyInstance, operation: Operation, carrier: Carrier): void {
  app.route({
    method: operation.method,
    url: operation.path,
    onRequest: async (request, reply) => admit(request, reply, operation, carrier),
    handler: async (request, reply) => {
      const answer = await operation.handle(callOf(request), carrier);
      return write(
        reply,
        operation.version === '2.0.0' ? plant(carrier.settings.defect, operation.id, answer) : answer,
      );
    },
  });
}

/** Before the body is read, so that nobody without a credential makes us read it. */
function admit(request: FastifyRequest, reply: FastifyReply, operation: Operation, carrier: Carrier): void {
  const { settings, tokens, rateLimit } = carrier;
  carrier.requireOrder();
  const client = authenticate((name) => headerOf(request, name), tokens, settings.apiKey);
  request.client = client;
  void reply.headers(rateLimit.count(client.id));
  if (settings.defect?.skips !== 'authorisation') authorise(client, operation);
  if (operation.takes && !isMediaType(request, operation.takes)) throw unsupportedMediaType(operation.takes);
}

export function write(reply: FastifyReply, answer: Answer): FastifyReply {
  void reply.code(answer.status).headers(answer.headers);
  if (answer.mediaType === undefined) return reply.send();
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return reply.header('content-type', answer.mediaType).send(text);
}

function callOf(request: FastifyRequest): Call {
  if (!request.client) throw new Error('the request was not admitted');
  return {
    client: request.client,
    body: request.body,
    parcelId: () => parcelIdOf(request.params),
    query: (name) => queryOf(request.query, name),
    header: (name) => headerOf(request, name),
  };
}

function parcelIdOf(params: unknown): string {
  const id = memberOf(params, 'parcelId');
  if (typeof id === 'string' && /^PCL-[0-9A-Z]{8}$/.test(id)) return id;
  throw invalidParameter('parcelId', 'must match ^PCL-[0-9A-Z]{8}$');
}

function queryOf(query: unknown, name: string): string | undefined {
  const value = memberOf(query, name);
  if (value === undefined || typeof value === 'string') return value;
  throw invalidParameter(name, 'must be given once');
}

export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A request without any body passes: it is refused for what it lacks, not for its media type. */
function isMediaType(request: FastifyRequest, mediaType: string): boolean {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return given === undefined ? !hasBody : given === mediaType;
}
