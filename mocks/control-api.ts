import { randomBytes } from 'node:crypto';
import { TallyError, type RunContext } from '../contracts/index.ts';
import { consoleFiles } from './console-files.ts';
import { openEvents } from './control-events.ts';
import { controlRoutes } from './control-routes.ts';
import type { ControlSection } from './control-section.ts';
import { handleControl } from './control-server.ts';
import { listen, type Listening } from './listen.ts';
import { limitsOf } from './mock-options.ts';
import type { MockServer } from './mock-server.ts';
import { createWebServer } from './web-server.ts';

export interface ControlOptions {
  /** 0 is any free port. */
  readonly port: number;
  /** Whatever else is to be controlled. */
  readonly sections?: readonly ControlSection[];
  readonly toolVersion?: string;
}

/** A running control API. */
export interface ControlServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Of the console, with the token in the fragment, which no request carries. */
  readonly consoleUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Serves the control API of running mocks, and the console, on a port of its own that only this machine reaches. It ends
 * with the run (`context.signal`).
 *
 * @throws TallyError those of `listen`
 */
export async function startControl(
  context: Pick<RunContext, 'workspace' | 'redactor' | 'log' | 'signal'>,
  mocks: Pick<MockServer, 'services' | 'journal'>,
  options: ControlOptions,
): Promise<ControlServer> {
  const token = randomBytes(32).toString('base64url');
  context.redactor.addSecret(token);
  const { sections = [], toolVersion = '0' } = options;
  const events = openEvents(mocks.journal);
  const files = await consoleFiles();
  const routes = controlRoutes({ mocks, context, sections, toolVersion });
  let port = 0;
  const settings = { token, port: () => port, routes, files, stream: events.open, log: context.log };
  const limits = { ...limitsOf({}), connections: 64 };
  const web = createWebServer(
    limits,
    { http2: false },
    {
      handle: (request, response) => void handleControl(settings, request, response),
      malformed: (status, reason) => context.log.warn(`control API: malformed request  ${status}  ${reason}`),
      handshakeFailed: () => undefined,
    },
  );
  const listening = await listenForControl(options.port, limits.connections, web.take);
  port = listening.port;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll();
    return closed;
  };
  const closeOnAbort = (): void => void close();
  async function closeAll(): Promise<void> {
    context.signal.removeEventListener('abort', closeOnAbort);
    events.close();
    web.close();
    await listening.close();
  }
  context.signal.addEventListener('abort', closeOnAbort, { once: true });
  const url = `http://${HOST}:${port}`;
  return { url, consoleUrl: `${url}/#token=${token}`, token, close };
}

async function listenForControl(
  port: number,
  connections: number,
  take: (socket: Parameters<ReturnType<typeof createWebServer>['take']>[0]) => void,
): Promise<Listening> {
  const accept: typeof take = (socket) => {
    take(socket);
    socket.resume();
  };
  try {
    return await listen({ host: HOST, port }, { connections, isHandedOn: false, accept });
  } catch (thrown) {
    if (!(thrown instanceof TallyError)) throw thrown;
    const { code, where, why } = thrown;
    const fix = 'give another with --control-port, or leave it out for any free one';
    throw new TallyError({ code, where: where.replace('--port', '--control-port'), why, fix, cause: thrown });
  }
}
