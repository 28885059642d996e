import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { defineFault, type NewConnection } from '../fault.ts';
import { serverCertificate, tlsContext } from '../fault-certificates.ts';

/** handshake_failure (40), fatal: RFC 8446 §6. */
const ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 40]);

/** F33: no agreement on TLS. */
export const tlsHandshake = defineFault({
  id: 'tls_handshake',
  number: 'F33',
  summary: 'Breaks the TLS handshake off, or offers at most TLS 1.1',
  options: {
    variant: {
      type: 'choice',
      choices: ['alert', 'close', 'tls_1_1'],
      default: 'alert',
      summary: 'alert 40, FIN after the ClientHello, an old version',
    },
  },
  apply: ({ variant }) => ({
    on: 'connection',
    needsTls: true,
    take: async (connection) => {
      if (variant === 'tls_1_1') return await serveOldVersion(connection);
      const { socket } = connection;
      await helloOf(socket);
      if (variant === 'alert') socket.write(ALERT);
      socket.end(() => socket.resume());
    },
  }),
});

/** Waits until the client has begun to speak. */
async function helloOf(socket: Socket): Promise<void> {
  socket.resume();
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
}

/** Who takes part in it although it is no longer to be used (RFC 8996), is served. */
async function serveOldVersion({ socket, serve }: NewConnection): Promise<void> {
  const secureContext = tlsContext(await serverCertificate('good'), {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  secure.on('error', () => socket.destroy());
  secure.once('secure', () => serve(secure));
}
