import { createServer as createHttpServer, IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer as createHttp2SecureServer,
  createServer as createHttp2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { clientOf } from './client-of.ts';
import type { RequestLimits } from './mock-options.ts';

/** An answer that remembers its body, for the journal. */
export interface RecordedResponse extends ServerResponse {
  readonly sentBody: Buffer | string | undefined;
}

/** What is spoken on the connections. */
export interface Transport {
  readonly http2: boolean;
  readonly tls?: TlsSettings;
}

/** PEM. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of clients; nobody is asked for one without it. */
  readonly clientCa?: string;
  readonly isClientCertRequired?: boolean;
}

export interface Handlers {
  /** @param client the subject of its certificate */
  handle(request: IncomingMessage, response: RecordedResponse, client?: string): void;
  /** A request that is no HTTP, is too big or came too slowly: it was answered with this status and the connection ended. */
  malformed(status: number, reason: string): void;
  /** A client and we could not agree on TLS. */
  handshakeFailed(reason: string): void;
}

/** Speaks HTTP on connections that were accepted elsewhere: by `listen` in this process or in the one that started it. */
export interface WebServer {
  readonly take: (socket: Socket) => void;
  /** Ends every connection at once, those kept alive and those in the middle of an answer included. */
  readonly close: () => void;
}

export function createWebServer(limits: RequestLimits, transport: Transport, handlers: Handlers): WebServer {
  const speakers = speakersOf(limits, transport, handlers);
  const sockets = new Set<Socket>();
  return {
    take: (socket: Socket): void => {
      if (sockets.size >= limits.connections) return void socket.destroy();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      speakers.take(socket);
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      for (const server of speakers.servers) server.close(() => undefined);
    },
  };
}

interface Speakers {
  readonly servers: readonly Server[];
  take(socket: Socket): void;
}

function speakersOf(limits: RequestLimits, transport: Transport, handlers: Handlers): Speakers {
  if (transport.tls !== undefined) {
    const secure = transport.http2
      ? http2OverTls(limits, transport.tls, handlers)
      : overTls(limits, transport.tls, handlers);
    return { servers: [secure], take: (socket) => void secure.emit('connection', socket) };
  }
  const plain = overTcp(limits, handlers);
  if (!transport.http2) return { servers: [plain], take: (socket) => void plain.emit('connection', socket) };
  const http2 = http2OverTcp(limits, handlers);
  return { servers: [plain, http2], take: (socket) => chooseVersion(socket, plain, http2) };
}

function overTcp(limits: RequestLimits, handlers: Handlers): Server {
  const server = createHttpServer({ ...http1Options(limits) }, (request, response) =>
    handlers.handle(request, response),
  );
  return ready(server, handlers);
}

function overTls(limits: RequestLimits, tls: TlsSettings, handlers: Handlers): Server {
  const server = createHttpsServer({ ...http1Options(limits), ...tlsOptions(tls) }, (request, response) =>
    handlers.handle(request, response, clientOf(request.socket)),
  );
  return ready(server, handlers);
}

/** HTTP/2 where the client offers it (ALPN), HTTP/1.1 for all others. */
function http2OverTls(limits: RequestLimits, tls: TlsSettings, handlers: Handlers): Server {
  const { IncomingMessage: Http1IncomingMessage, ServerResponse: Http1ServerResponse, ...http1 } = http1Options(limits);
  const options = {
    ...http1,
    Http1IncomingMessage,
    Http1ServerResponse,
    ...http2Options(limits),
    ...tlsOptions(tls),
    allowHTTP1: true,
  };
  const server = createHttp2SecureServer(options, (request, response) => {
    if (request instanceof Http2ServerRequest) handleHttp2(limits, handlers, request, response);
    else
      handlers.handle(request, response as unknown as RecordedResponse, clientOf((request as IncomingMessage).socket));
  });
  server.on('session', endWhenIdle(limits));
  return ready(server, handlers);
}

function http2OverTcp(limits: RequestLimits, handlers: Handlers): Server {
  const server = createHttp2Server(http2Options(limits), (request, response) =>
    handleHttp2(limits, handlers, request, response),
  );
  server.on('session', endWhenIdle(limits));
  return ready(server, handlers);
}

function http1Options(limits: RequestLimits) {
  return {
    IncomingMessage,
    ServerResponse: RecordedHttp1Response,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
  };
}

function http2Options(limits: RequestLimits) {
  return {
    Http2ServerResponse: RecordedHttp2Response,
    maxHeaderListPairs: 1_000,
    settings: { maxHeaderListSize: limits.headerBytes, maxConcurrentStreams: 100 },
    unknownProtocolTimeout: limits.headersTimeoutMs,
  };
}

function tlsOptions({ cert, key, clientCa, isClientCertRequired = true }: TlsSettings) {
  // Below TLS 1.2 nothing is served (RFC 8996).
  const own = { cert, key, minVersion: 'TLSv1.2' as const };
  return clientCa === undefined
    ? own
    : { ...own, ca: clientCa, requestCert: true, rejectUnauthorized: isClientCertRequired };
}

function ready<T extends Server>(server: T, handlers: Handlers): T {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseMalformed(error, socket, handlers));
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET') handlers.handshakeFailed(error.message);
  });
  // A session that breaks is the client's business; without a listener it would end the process.
  server.on('sessionError', () => undefined);
  // Connections come by `take`. Node begins to watch over slow requests when a server listens, which this one never does.
  server.emit('listening');
  return server;
}

/** As node:http answers when nobody listens for the error, and so Prism; we listen to say so in the log. */
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

const PREFACE = 'PRI * HTTP/2.0';

/** Without TLS the first bytes tell: a client with prior knowledge begins with HTTP/2's preface (RFC 9113 §3.4). */
function chooseVersion(socket: Socket, http1: Server, http2: Server): void {
  const ignore = (): void => void socket.destroy();
  socket.once('error', ignore);
  socket.once('data', (chunk: Buffer) => {
    socket.pause();
    socket.off('error', ignore);
    socket.unshift(chunk);
    const start = chunk.subarray(0, PREFACE.length).toString('latin1');
    // HTTP/2 takes what was read already by itself; HTTP/1.1 waits for it to flow.
    const isHttp2 = PREFACE.startsWith(start);
    (isHttp2 ? http2 : http1).emit('connection', socket);
    if (!isHttp2) socket.resume();
  });
}

function handleHttp2(
  limits: RequestLimits,
  handlers: Handlers,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
): void {
  // A stream that is reset in the middle says so here; nobody needs to know.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  request.setTimeout(limits.requestTimeoutMs, () => request.stream.close());
  const headers = plainHeaders(request.headers, request.stream.endAfterHeaders);
  Object.defineProperty(request, 'headers', { value: headers });
  // The compatibility API has the members that we use, in types of its own.
  const incoming: unknown = request;
  const outgoing: unknown = response;
  handlers.handle(incoming as IncomingMessage, outgoing as RecordedResponse, clientOf(request.stream.session?.socket));
}

function endWhenIdle(limits: RequestLimits): (session: ServerHttp2Session) => void {
  return (session) => {
    session.setTimeout(limits.requestTimeoutMs, () => session.close());
  };
}

class RecordedHttp1Response extends ServerResponse implements RecordedResponse {
  sentBody: Buffer | string | undefined;

  override end(callback?: () => void): this;
  override end(chunk: unknown, callback?: () => void): this;
  override end(chunk: unknown, encoding: BufferEncoding, callback?: () => void): this;
  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) this.sentBody = chunk;
    return super.end(chunk, encoding as BufferEncoding, callback as () => void);
  }
}

class RecordedHttp2Response extends Http2ServerResponse {
  sentBody: Buffer | string | undefined;

  override end(callback?: () => void): this;
  override end(data: string | Uint8Array, callback?: () => void): this;
  override end(data: string | Uint8Array, encoding: BufferEncoding, callback?: () => void): this;
  override end(data?: unknown, encoding?: unknown, callback?: unknown): this {
    if (typeof data === 'string' || Buffer.isBuffer(data)) this.sentBody = data;
    return super.end(data as string, encoding as BufferEncoding, callback as () => void);
  }
}

/** Those that the same request has over HTTP/1.1. */
function plainHeaders(headers: Http2ServerRequest['headers'], isWithoutBody: boolean): Http2ServerRequest['headers'] {
  const { ':authority': host, ':method': _method, ':path': _path, ':scheme': _scheme, ...plain } = headers;
  // A body of unknown length has no header of its own in HTTP/2; over HTTP/1.1 this one would announce it.
  const isStreamed = !isWithoutBody && plain['content-length'] === undefined;
  return {
    ...(host === undefined ? {} : { host }),
    ...plain,
    ...(isStreamed ? { 'transfer-encoding': 'chunked' } : {}),
  };
}
