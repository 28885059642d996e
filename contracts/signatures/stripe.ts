import { createHmac } from 'node:crypto';
import { sameText } from '../same-text.ts';
import type { Delivery, ReceivedDelivery, SignatureScheme, SignatureVerdict } from '../signature-scheme.ts';
import { acceptOnce, invalid, lowerCased, TOLERANCE_S, timeProblem } from '../signature-verdict.ts';
import { signingText } from '../signing-text.ts';

/**
 * Stripe's: `Stripe-Signature: t=<Unix time>,v1=<hex>`, HMAC-SHA256 over `{t}.{raw body}`, one `v1` for each secret. The
 * whole secret with its `whsec_` is the key, as the text that it is. The id of an event is in its body.
 */
export const stripe: SignatureScheme = {
  id: 'stripe',
  summary: 'Stripe: Stripe-Signature with t and v1, HMAC-SHA256 over the time and the body',
  sign,
  verify,
};

const HEADER = 'stripe-signature';

function sign({ timestampS, body, secrets }: Delivery): Readonly<Record<string, string>> {
  const time = String(Math.trunc(timestampS));
  return { [HEADER]: [`t=${time}`, ...secrets.map((secret) => `v1=${signatureBy(secret, time, body)}`)].join(',') };
}

/** A time in the future is refused too, other than by Stripe's own libraries: it would be valid for as long as one likes. */
function verify({ headers, body, secrets, nowS, toleranceS = TOLERANCE_S, seen }: ReceivedDelivery): SignatureVerdict {
  const header = lowerCased(headers).get(HEADER) ?? '';
  if (header === '') return invalid('missing', `missing or empty: ${HEADER}`);
  const parts = header.split(',').map((part) => part.split(/=(.*)/s));
  const valuesOf = (name: string): readonly string[] =>
    parts.filter(([key]) => key === name).map(([, value = '']) => value);
  const [time, ...others] = valuesOf('t');
  if (time === undefined || others.length > 0) return invalid('malformed', `${HEADER} has not exactly one t`);
  const late = timeProblem(`t of ${HEADER}`, time, nowS, toleranceS);
  if (late !== undefined) return late;
  const signatures = valuesOf('v1').filter((value) => /^[0-9a-f]{64}$/.test(value));
  if (signatures.length === 0) return invalid('malformed', `${HEADER} has no v1 of 64 hexadecimal digits`);
  // All are compared, also after a match: the time taken says nothing about which one it was.
  const matches = secrets.flatMap((secret) => {
    const expected = signatureBy(secret, time, body);
    return signatures.filter((signature) => sameText(signature, expected));
  });
  const [match] = matches;
  if (match === undefined) return invalid('wrong', `${HEADER} does not match the body and t under any secret`);
  return acceptOnce(seen, `${time}.${match}`);
}

function signatureBy(secret: string, time: string, body: string | Uint8Array): string {
  return createHmac('sha256', signingText(secret)).update(`${time}.`).update(body).digest('hex');
}
