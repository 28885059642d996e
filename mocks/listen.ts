import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TallyError } from '../contracts/index.ts';
import type { RequestLimits } from './mock-options.ts';

/** Remembers the body that it sends, for the journal. */
export class RecordedResponse extends ServerResponse {
  sentBody: Buffer | string | undefined;

  override end(callback?: () => void): this;
  override end(chunk: unknown, callback?: () => void): this;
  override end(chunk: unknown, encoding: BufferEncoding, callback?: () => void): this;
  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) this.sentBody = chunk;
    return super.end(chunk, encoding as BufferEncoding, callback as () => void);
  }
}

export interface Listening {
  /** Without a trailing slash: `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection at once, those kept alive and those in the middle of an answer included. */
  close(): Promise<void>;
}

export interface Handlers {
  handle(request: IncomingMessage, response: RecordedResponse): void;
  /** A request that is no HTTP, is too big or came too slowly: it was answered with this status and the connection ended. */
  malformed(status: number, reason: string): void;
}

/** @throws TallyError PORT_INVALID, PORT_IN_USE, PORT_FORBIDDEN, HOST_NOT_LOCAL */
export async function listen(
  address: { readonly host: string; readonly port: number },
  limits: RequestLimits,
  handlers: Handlers,
): Promise<Listening> {
  checkPort(address.port);
  const server = createServer(
    {
      IncomingMessage,
      ServerResponse: RecordedResponse,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    },
    (request, response) => handlers.handle(request, response),
  );
  server.maxConnections = limits.connections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseMalformed(error, socket, handlers));
  await listening(server, address);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${hostInUrl(address.host)}:${port}`, port, close: () => closeAtOnce(server) };
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new TallyError({
    code: 'PORT_INVALID',
    where: `--port ${port}`,
    why: 'a port is a whole number from 0 to 65535',
    fix: 'give one from 1024 to 65535, or 0 for any free port',
  });
}

type HttpServer = Server<typeof IncomingMessage, typeof RecordedResponse>;

function listening(
  server: HttpServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): TallyError {
  const where = `${hostInUrl(host)}:${port}`;
  const other = 'give another with --port, or --port 0 for any free one';
  if (error.code === 'EADDRINUSE') {
    const why = 'another process listens on this port already';
    return new TallyError({ code: 'PORT_IN_USE', where, why, fix: other, cause: error });
  }
  if (error.code === 'EACCES') {
    const why = 'ports below 1024 belong to the system, and this user may not open them';
    return new TallyError({ code: 'PORT_FORBIDDEN', where, why, fix: other, cause: error });
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
    const fix = 'give --host 127.0.0.1 for this machine only, or 0.0.0.0 for everyone who can reach it';
    return new TallyError({
      code: 'HOST_NOT_LOCAL',
      where,
      why: 'this machine has no such address',
      fix,
      cause: error,
    });
  }
  return new TallyError({ code: 'LISTEN_FAILED', where, why: error.message, fix: other, cause: error });
}

function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** As node:http answers when nobody listens for the error; we listen to say so in the log. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, handlers: Handlers): void {
  const status = MALFORMED[error.code ?? ''] ?? '400 Bad Request';
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  handlers.malformed(Number.parseInt(status, 10), error.message);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function closeAtOnce(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
