import { codeOf, messageOf } from './thrown.ts';

/** What a failed connection means, and what to do about it. */
export interface ConnectionFailure {
  readonly why: string;
  readonly fix: string;
}

/** Explains what a connection ended with, an error or its code alone (`ECONNREFUSED`, `DEPTH_ZERO_SELF_SIGNED_CERT`). */
export function connectionFailure(failure: unknown): ConnectionFailure {
  const code = typeof failure === 'string' ? failure : codeOf(failure);
  const known = FAILURES.find(([pattern]) => code !== undefined && pattern.test(code));
  if (known !== undefined) return { why: `${known[1]} (${code})`, fix: known[2] };
  const message = messageOf(failure);
  // An AggregateError of several addresses has a code and no message.
  return { why: message === '' ? String(code) : message, fix: 'look at the log of the server, and check its address' };
}

const FAILURES: readonly (readonly [code: RegExp, why: string, fix: string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', 'start the server, or correct the port'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'its name does not resolve', 'correct the host, or check the DNS of this machine'],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, 'no route leads there', 'check the network and the firewall'],
  [
    /^(ERR_SSL_WRONG_VERSION_NUMBER|EPROTO)$/,
    'it does not speak TLS',
    'write http:// for https://, or correct the port',
  ],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired', 'renew the certificate'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another host', 'call it by the name in its certificate'],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/,
    'its certificate is not trusted here',
    'name the file of its certificate authority in NODE_EXTRA_CA_CERTS',
  ],
  [/TIMEOUT|^ETIMEDOUT$/, 'it did not answer in time', 'look at the log of the server, and check its address'],
  [/^HPE_/, 'what it answers is no HTTP', 'correct the port'],
  [
    /^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/,
    'it ended the connection without an answer',
    'check that the address says http or https as the server does, and look at its log',
  ],
];
