import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TallyError } from '../contracts/index.ts';

export interface Listening {
  readonly port: number;
  /** Accepts no more connections. */
  close(): Promise<void>;
  /** Refuses connections for so long, and listens on the same port again; 0 ends a rest that is going on. */
  rest(durationMs: number): void;
}

export interface Address {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

export interface Acceptance {
  /** How many connections may be open at once; more are dropped. */
  readonly connections: number;
  /** Nothing is read of a connection before it has been handed on to the process that serves it. */
  readonly isHandedOn: boolean;
  readonly accept: (socket: Socket) => void;
}

/** @throws TallyError PORT_INVALID, PORT_IN_USE, PORT_FORBIDDEN, HOST_NOT_LOCAL */
export async function listen(address: Address, { connections, isHandedOn, accept }: Acceptance): Promise<Listening> {
  checkPort(address.port);
  // As node:http sets its sockets.
  const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: isHandedOn };
  const server = createServer(options, accept);
  if (!isHandedOn) server.maxConnections = connections;
  await listening(server, address);
  const { port } = server.address() as AddressInfo;
  const nap = createNap(server, address.host, port);
  return {
    port,
    rest: (durationMs) => nap.begin(durationMs),
    close: async () => {
      nap.end();
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      // Node would ask the processes that have them whether these connections are closed: they may be gone already.
      if (!isHandedOn) await closed;
    },
  };
}

/** Another process may have taken the port in the meantime: it is asked for until it is free again. */
const RETRY_MS = 20;

function createNap(server: Server, host: string, port: number): { begin(durationMs: number): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const listenAgain = (): void => {
    timer = undefined;
    server.listen(port, host);
  };
  server.on('error', () => {
    timer ??= setTimeout(listenAgain, RETRY_MS);
  });
  return {
    begin: (durationMs) => {
      if (durationMs === 0 && timer === undefined) return;
      clearTimeout(timer);
      if (durationMs === 0) return listenAgain();
      server.close();
      timer = setTimeout(listenAgain, durationMs);
    },
    end: () => clearTimeout(timer),
  };
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

function listening(server: Server, { host, port }: Address): Promise<void> {
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

export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
