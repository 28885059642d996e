import { createHmac } from 'node:crypto';
import { sameText } from '../same-text.ts';
import type { Delivery, ReceivedDelivery, SignatureScheme, SignatureVerdict } from '../signature-scheme.ts';
import { signingText } from '../signing-text.ts';
import { acceptOnce, invalid, lowerCased } from '../signature-verdict.ts';

/**
 * GitHub's: `X-Hub-Signature-256` is `sha256=` and the hexadecimal HMAC-SHA256 over the raw body. Neither a time nor the id
 * (`X-GitHub-Delivery`) is signed, so a delivery of any age is valid, and a replay shows only in an id that was kept.
 */
export const github: SignatureScheme = {
  id: 'github',
  summary: 'GitHub: X-Hub-Signature-256, HMAC-SHA256 over the body',
  sign,
  verify,
};

/** The header holds one signature: while a secret is being changed, the first one is the one that counts. */
function sign({ id, body, secrets }: Delivery): Readonly<Record<string, string>> {
  const [secret] = secrets;
  return {
    'x-github-delivery': id,
    ...(secret === undefined ? {} : { 'x-hub-signature-256': signatureBy(secret, body) }),
  };
}

function verify({ headers, body, secrets, seen }: ReceivedDelivery): SignatureVerdict {
  const values = lowerCased(headers);
  const signature = values.get('x-hub-signature-256') ?? '';
  if (signature === '') return invalid('missing', 'missing or empty: x-hub-signature-256');
  if (!/^sha256=[0-9a-f]{64}$/.test(signature))
    return invalid('malformed', 'x-hub-signature-256 is not sha256= and 64 hexadecimal digits');
  // All are compared, also after a match: the time taken says nothing about which one it was.
  const matches = secrets.filter((secret) => sameText(signature, signatureBy(secret, body)));
  if (matches.length === 0) return invalid('wrong', 'x-hub-signature-256 does not match the body under any secret');
  return acceptOnce(seen, values.get('x-github-delivery') ?? signature);
}

function signatureBy(secret: string, body: string | Uint8Array): string {
  return `sha256=${createHmac('sha256', signingText(secret)).update(body).digest('hex')}`;
}
