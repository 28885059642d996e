import { appendFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { generate } from 'selfsigned';
import type { MockOptions } from './mock-options.ts';

/** A certificate and its private key, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** `good` and all that is wrong with the others. */
export type CertificateVariant = 'good' | 'self_signed' | 'expired' | 'not_yet_valid' | 'wrong_host' | 'untrusted_ca';

const DAY_MS = 24 * 60 * 60 * 1_000;
const pairs = new Map<string, Promise<CertificatePair>>();

/** Made on first use and kept for this process. */
export function serverCertificate(variant: CertificateVariant): Promise<CertificatePair> {
  return remembered(variant, async () => await makeServer(variant));
}

/** Signs the certificates whose signer is not what is wrong with them: clients that are to see the rest trust it. */
export async function faultAuthority(): Promise<string> {
  return (await remembered('authority', async () => await makeAuthority('tally fault authority'))).cert;
}

/** Adds the authority to the file of what clients are to trust, where its certificates are going to be shown. */
export async function trustFaults({ tls, faults = [] }: Pick<MockOptions, 'tls' | 'faults'>): Promise<void> {
  if (tls?.caOutFile === undefined || !faults.some(({ fault }) => fault === 'bad_certificate')) return;
  await appendFile(tls.caOutFile, await faultAuthority());
}

export function tlsContext({ cert, key }: CertificatePair, options: SecureContextOptions): SecureContext {
  return createSecureContext({ cert, key, ...options });
}

function remembered(name: string, make: () => Promise<CertificatePair>): Promise<CertificatePair> {
  const known = pairs.get(name) ?? make();
  pairs.set(name, known);
  return known;
}

async function makeAuthority(name: string): Promise<CertificatePair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...common(-1, 30),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  return { cert, key };
}

async function makeServer(variant: CertificateVariant): Promise<CertificatePair> {
  const ca = await signer(variant);
  const host = variant === 'wrong_host' ? 'elsewhere.invalid' : 'localhost';
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    ...datesOf(variant),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: variant === 'wrong_host' ? [{ type: 2, value: host }] : OWN_NAMES },
    ],
  });
  return { cert, key };
}

const OWN_NAMES = [
  { type: 2 as const, value: 'localhost' },
  { type: 7 as const, ip: '127.0.0.1' },
  { type: 7 as const, ip: '::1' },
];

async function signer(variant: CertificateVariant): Promise<CertificatePair | undefined> {
  if (variant === 'self_signed') return undefined;
  const name = variant === 'untrusted_ca' ? 'nobody knows this authority' : 'tally fault authority';
  return await remembered(
    variant === 'untrusted_ca' ? 'other authority' : 'authority',
    async () => await makeAuthority(name),
  );
}

function datesOf(variant: CertificateVariant): ReturnType<typeof common> {
  if (variant === 'expired') return common(-30, -1);
  return variant === 'not_yet_valid' ? common(1, 30) : common(-1, 30);
}

/** Days from now. */
function common(fromDays: number, toDays: number) {
  const day = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  return { keyType: 'ec' as const, algorithm: 'sha256', notBeforeDate: day(fromDays), notAfterDate: day(toDays) };
}
