import type { Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { logged, openLog } from './access-log.ts';
import { Carrier } from './carrier.ts';
import { serveHarness } from './harness.ts';
import { serve, write } from './operation.ts';
import { PARCELS_V1 } from './parcels-v1.ts';
import { PARCELS_V2 } from './parcels-v2.ts';
import { malformedBody, Problem, problemAnswer, problemOf } from './problem.ts';
import type { Settings } from './settings.ts';

/** A provider that answers. */
export interface Provider {
  readonly port: number;
  readonly carrier: Carrier;
  /** Ends the connections, drops what waits to be sent, and flushes the data. */
  close(): Promise<void>;
}

/** Serves on 127.0.0.1. `log` receives JSON lines. */
export async function startProvider(
  settings: Settings,
  log: NodeJS.WritableStream,
  now: () => Date = () => new Date(),
): Promise<Provider> {
  const writeLog = openLog(log, settings.log, now);
  const carrier = new Carrier(settings, writeLog, now);
  const app = buildApp();
  app.decorateRequest('client', null);
  app.addHook('onResponse', async (request, reply) => writeLog(logged(request, reply)));
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error);
    if (problem.status === 500) writeLog({ error: error instanceof Error ? error.stack : String(error) });
    return write(reply, problemAnswer(problem));
  });
  readBodies(app);
  refuseUnknownRoutes(app);
  for (const operation of [...PARCELS_V1, ...PARCELS_V2]) serve(app, operation, carrier);
  app.get('/health', (_request, reply) => reply.header('content-type', 'application/json').send('{"status":"ok"}'));
  app.post('/oauth/token', (request, reply) =>
    write(reply, carrier.tokens.answer(request.headers.authorization, request.body)),
  );
  if (settings.harness) serveHarness(app, carrier);
  return listen(app, carrier);
}

function buildApp(): FastifyInstance {
  return fastify({
    bodyLimit: 65_536,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    clientErrorHandler: refuseNoise,
    frameworkErrors: (error, _request, reply) => void write(reply, problemAnswer(problemOf(error))),
  });
}

async function listen(app: FastifyInstance, carrier: Carrier): Promise<Provider> {
  try {
    await app.listen({ host: '127.0.0.1', port: carrier.settings.port });
  } catch (error) {
    await carrier.close();
    throw error;
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = async () => {
    await app.close();
    await carrier.close();
  };
  return { port, carrier, close };
}

function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    async (_request: unknown, text: string) => parseJson(text),
  );
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, text: string) => new URLSearchParams(text),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (name === '__proto__') throw new Error('a member is called __proto__');
      return value;
    });
  } catch {
    throw malformedBody();
  }
}

/** 405 with Allow where another method would do, else 404; before the body is read. */
function refuseUnknownRoutes(app: FastifyInstance): void {
  const routes: { readonly method: string; readonly pattern: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+')}$`);
    for (const each of Array.isArray(method) ? method : [method]) routes.push({ method: each, pattern });
  });
  app.addHook('onRequest', async (request) => {
    if (!request.is404) return;
    const path = request.url.split('?')[0] ?? '';
    const allowed = [
      ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
    ].toSorted();
    if (allowed.length === 0)
      throw new Problem(404, 'no-such-path', 'No such path', 'Nothing is served under this path.');
    throw new Problem(405, 'method-not-allowed', 'Method not allowed', `Take ${allowed.join(', ')}.`, {
      headers: { allow: allowed.join(', ') },
    });
  });
  app.setNotFoundHandler(() =>
    Promise.reject(new Problem(404, 'no-such-path', 'No such path', 'Nothing is served under this path.')),
  );
}

/** What is no HTTP, or too much of it, never reaches a route (RFC 6585 §5 for 431). */
function refuseNoise(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, title] =
    error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
  const { body } = problemAnswer(
    new Problem(status, 'malformed-request', title, 'This is no HTTP request that we take.'),
  );
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
  );
}
