import { TLSSocket } from 'node:tls';
import { defineFault } from '../fault.ts';
import { serverCertificate, tlsContext } from '../fault-certificates.ts';

/** F34: a certificate that no client may accept (RFC 5280 §6, RFC 9525). Who accepts it is served, so that it shows. */
export const badCertificate = defineFault({
  id: 'bad_certificate',
  number: 'F34',
  summary: 'Shows a certificate that must not be accepted',
  options: {
    variant: {
      type: 'choice',
      choices: ['self_signed', 'expired', 'not_yet_valid', 'wrong_host', 'untrusted_ca'],
      default: 'self_signed',
      summary:
        'what is wrong with it; all but self_signed and untrusted_ca come from the authority that --tls-ca-out writes',
    },
  },
  apply: ({ variant }) => ({
    on: 'connection',
    needsTls: true,
    take: async ({ socket, serve }) => {
      const secureContext = tlsContext(await serverCertificate(variant), {});
      const secure = new TLSSocket(socket, { isServer: true, secureContext });
      secure.on('error', () => socket.destroy());
      secure.once('secure', () => serve(secure));
    },
  }),
});
