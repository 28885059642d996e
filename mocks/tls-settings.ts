import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { fileReason, TallyError } from '../contracts/index.ts';
import type { TlsOptions } from './mock-options.ts';
import type { TlsSettings } from './web-server.ts';

/** With what a server proves who it is. */
export interface ServerCertificate {
  /** SHA-256, `AB:CD:…`. */
  readonly fingerprint: string;
  readonly isGenerated: boolean;
  /** Where it was written, for clients to trust. */
  readonly file?: string;
}

/** @throws TallyError TLS_INCOMPLETE, TLS_UNREADABLE, TLS_INVALID, FILE_NOT_WRITABLE */
export async function tlsSettings(
  options: TlsOptions,
): Promise<{ readonly settings: TlsSettings; readonly certificate: ServerCertificate }> {
  const { certFile, keyFile, clientCaFile, clientCert, caOutFile } = options;
  const isGenerated = certFile === undefined && keyFile === undefined;
  const pair = isGenerated ? await generatePair() : await readPair(certFile, keyFile);
  const client =
    clientCaFile === undefined
      ? {}
      : { clientCa: await readPem('--client-ca', clientCaFile), isClientCertRequired: clientCert !== 'optional' };
  if (clientCaFile === undefined && clientCert !== undefined) throw incomplete('--client-cert', '--client-ca');
  const settings = { ...pair, ...client };
  checkPair(settings, certFile, clientCaFile);
  if (caOutFile !== undefined) await writeCertificate(caOutFile, settings.cert);
  const { fingerprint256 } = new X509Certificate(settings.cert);
  const file = caOutFile ?? certFile;
  return {
    settings,
    certificate: { fingerprint: fingerprint256, isGenerated, ...(file === undefined ? {} : { file }) },
  };
}

/** For this machine, for thirty days: longer than a mock runs, shorter than browsers allow. */
async function generatePair(): Promise<Pick<TlsSettings, 'cert' | 'key'>> {
  // A tenth of a second to load, which mocks without a certificate of ours are spared.
  const { generate } = await import('selfsigned');
  const day = 24 * 60 * 60 * 1000;
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A day back, for clients whose clock is late.
    notBeforeDate: new Date(Date.now() - day),
    notAfterDate: new Date(Date.now() + 30 * day),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { cert, key };
}

async function readPair(
  certFile: string | undefined,
  keyFile: string | undefined,
): Promise<Pick<TlsSettings, 'cert' | 'key'>> {
  if (certFile === undefined) throw incomplete('--tls-key', '--tls-cert');
  if (keyFile === undefined) throw incomplete('--tls-cert', '--tls-key');
  return { cert: await readPem('--tls-cert', certFile), key: await readPem('--tls-key', keyFile) };
}

function incomplete(given: string, missing: string): TallyError {
  const why = `it is of no use without ${missing}`;
  return new TallyError({ code: 'TLS_INCOMPLETE', where: given, why, fix: `give ${missing} FILE too` });
}

async function readPem(flag: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unusable(`${flag} ${file}`, fileReason(cause), cause);
  });
  if (!text.includes('-----BEGIN ')) throw unusable(`${flag} ${file}`, 'it is no PEM file');
  return text;
}

function unusable(where: string, why: string, cause?: unknown): TallyError {
  const fix = 'give a PEM file (-----BEGIN …) that this user may read';
  return new TallyError({ code: 'TLS_UNREADABLE', where, why, fix, cause });
}

/** Now, not at the first handshake. What OpenSSL says holds nothing of the key. */
function checkPair(
  { cert, key, clientCa }: TlsSettings,
  certFile = 'a generated certificate',
  clientCaFile = '',
): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const fix = 'give the private key of this certificate, without a passphrase';
    throw new TallyError({
      code: 'TLS_INVALID',
      where: `--tls-cert ${certFile}`,
      why: opensslReason(cause),
      fix,
      cause,
    });
  }
  if (clientCa === undefined) return;
  try {
    createSecureContext({ ca: new X509Certificate(clientCa).toString() });
  } catch (cause) {
    const fix = 'give the certificate of the authority that signs those of the clients';
    throw new TallyError({
      code: 'TLS_INVALID',
      where: `--client-ca ${clientCaFile}`,
      why: opensslReason(cause),
      fix,
      cause,
    });
  }
}

/** `error:0B080074:x509 certificate routines::key values mismatch` is `key values mismatch`. */
function opensslReason(cause: unknown): string {
  return fileReason(cause).split(':').at(-1)?.trim() ?? '';
}

async function writeCertificate(file: string, cert: string): Promise<void> {
  try {
    await writeFile(file, cert.endsWith('\n') ? cert : `${cert}\n`);
  } catch (cause) {
    const fix = 'name a file in a folder that exists and that you may write to';
    throw new TallyError({
      code: 'FILE_NOT_WRITABLE',
      where: `--tls-ca-out ${file}`,
      why: fileReason(cause),
      fix,
      cause,
    });
  }
}
