import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';

const known = new WeakMap<object, string | undefined>();

/** The subject of the certificate that a client has shown, if it is one that we trust: `CN=checkout, O=Example`. */
export function clientOf(socket: Socket | TLSSocket | undefined): string | undefined {
  if (socket === undefined || !('getPeerCertificate' in socket)) return undefined;
  if (known.has(socket)) return known.get(socket);
  const client = socket.authorized ? subjectOf(socket.getPeerCertificate()) : undefined;
  known.set(socket, client);
  return client;
}

function subjectOf({ subject }: Partial<PeerCertificate>): string | undefined {
  if (subject === undefined) return undefined;
  return Object.entries(subject)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}
