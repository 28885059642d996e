import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate, type SecureVersion, type TLSSocket } from 'node:tls';
import {
  connectionFailure,
  EXIT,
  exampleRequest,
  locate,
  runCheck,
  TallyError,
  type Contract,
  type Finding,
  type Operation,
  type Result,
  type RunContext,
} from '../contracts/index.ts';
import { credentialsFor, headersOf, type Authorization } from './authorize-operation.ts';
import { findingOf } from './check.ts';
import { errorCode } from './error-code.ts';
import { sendRequest, type Observed } from './send-request.ts';
import type { Target } from './target.ts';

export interface ConnectivityOptions extends Authorization {
  readonly contract: Contract;
  /** Where this version is served, base path included. */
  readonly url: string;
  readonly target?: Target;
  /** PEM certificates that are trusted besides the system's. */
  readonly ca?: string;
}

const SUITE = 'connectivity';
const CONNECT_MS = 5000;
const EXPIRY_DAYS = 14;
const DAY_MS = 86_400_000;

interface Step {
  readonly id: string;
  run(): Promise<Partial<Result>>;
}

/**
 * Climbs from the name of the host to one answered request, each step with a verdict of its own; what comes after a step
 * that failed is skipped.
 *
 * @returns whether the provider answers at all
 */
export async function runConnectivity(context: RunContext, options: ConnectivityOptions): Promise<boolean> {
  const subject = `${options.contract.name} ${options.contract.version} · ${new URL(options.url).origin}`;
  let broken: string | undefined;
  let reached = true;
  for (const step of stepsOf(context, options)) {
    const reason = broken === undefined ? undefined : `${broken} did not pass`;
    const result = await runCheck(context, { id: step.id, suite: SUITE, subject }, async () =>
      reason === undefined ? await step.run() : { status: 'skipped', reason },
    );
    if (result.status === 'errored' || result.status === 'failed') broken ??= step.id;
    if (result.error?.exitCode === EXIT.unreached || isWithoutTls(result)) reached = false;
  }
  return reached;
}

/** No request gets through: whatever asks next would only find this again. */
function isWithoutTls({ id, status }: Result): boolean {
  return id.startsWith('tls-') && status === 'failed';
}

function stepsOf(context: RunContext, options: ConnectivityOptions): readonly Step[] {
  const url = new URL(options.url);
  const secure = url.protocol === 'https:';
  return [
    { id: 'dns-resolves', run: async () => await resolveName(url) },
    { id: 'tcp-connects', run: async () => await connect(url) },
    ...(secure ? [{ id: 'tls-negotiates', run: async () => await negotiate(context, options, url) }] : []),
    ...(secure ? [{ id: 'tls-certificate', run: async () => await inspectCertificate(context, options, url) }] : []),
    { id: 'credential-accepted', run: async () => await authorise(context, options) },
    { id: 'safe-operation-answers', run: async () => await answerOnce(context, options) },
  ];
}

async function resolveName(url: URL): Promise<Partial<Result>> {
  const host = hostOf(url);
  if (isIP(host)) return {};
  try {
    await lookup(host);
    return {};
  } catch (cause) {
    throw unreached(
      url,
      `the name ${host} does not resolve (${codeOf(cause)})`,
      'check the host in the URL, and the DNS of this machine',
      cause,
    );
  }
}

async function connect(url: URL): Promise<Partial<Result>> {
  const socket = connectTcp({ host: hostOf(url), port: portOf(url) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return {};
  } catch (cause) {
    const why = `no TCP connection to port ${portOf(url)} (${codeOf(cause)})`;
    throw unreached(url, why, 'start the provider, or check the port and the firewall', cause);
  } finally {
    socket.destroy();
  }
}

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** Each version alone, without a look at the certificate: that has a verdict of its own. */
async function negotiate(context: RunContext, options: ConnectivityOptions, url: URL): Promise<Partial<Result>> {
  const outcomes = await Promise.all(VERSIONS.map(async (version) => await handshake(url, options.ca, version)));
  if (outcomes.some((outcome) => 'certificate' in outcome)) return {};
  const seen = outcomes.map((outcome) => ('why' in outcome ? outcome.why : '')).join('; ');
  const finding = tlsFinding(context, options, 'tls-unsupported', `neither TLS 1.2 nor TLS 1.3 is accepted (${seen})`);
  const isPlain = outcomes.every(
    (outcome) => 'why' in outcome && /ERR_SSL_WRONG_VERSION_NUMBER|EPROTO/.test(outcome.why),
  );
  return { findings: [isPlain ? { ...finding, fix: connectionFailure('EPROTO').fix } : finding] };
}

async function inspectCertificate(
  context: RunContext,
  options: ConnectivityOptions,
  url: URL,
): Promise<Partial<Result>> {
  const outcome = await handshake(url, options.ca);
  if ('why' in outcome) return { findings: [tlsFinding(context, options, 'tls-handshake-failed', outcome.why)] };
  if (outcome.problem !== undefined) {
    const message = `the certificate is not trusted: ${outcome.problem}`;
    const finding = tlsFinding(context, options, 'tls-certificate-untrusted', message);
    return { findings: [{ ...finding, fix: connectionFailure(outcome.problem).fix }] };
  }
  const days = Math.floor((Date.parse(outcome.certificate.valid_to) - Date.now()) / DAY_MS);
  const measures = [{ name: 'certificate-days-left', value: days, unit: 'days', threshold: `>= ${EXPIRY_DAYS}` }];
  if (days >= EXPIRY_DAYS) return { measures };
  const finding = tlsFinding(context, options, 'tls-certificate-expires', `the certificate expires in ${days} days`);
  return { measures, findings: [{ ...finding, severity: 'warning' }] };
}

type Handshake = { readonly certificate: PeerCertificate; readonly problem?: string } | { readonly why: string };

async function handshake(url: URL, ca: string | undefined, version?: SecureVersion): Promise<Handshake> {
  const host = hostOf(url);
  const socket = connectTls({
    host,
    port: portOf(url),
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca }),
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    // Verification is done, and its outcome read below: an untrusted certificate is a finding, not a lost connection.
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(CONNECT_MS) });
    const problem = problemOf(socket);
    return { certificate: socket.getPeerCertificate(), ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    return { why: `${version ?? 'TLS'}: ${codeOf(error)}` };
  } finally {
    socket.destroy();
  }
}

/** Node gives a code, whatever its types say. */
function problemOf(socket: TLSSocket): string | undefined {
  return socket.authorized ? undefined : String(socket.authorizationError);
}

function tlsFinding(context: RunContext, options: ConnectivityOptions, code: string, message: string): Finding {
  const where = locate(context.workspace.root, options.contract, '/servers');
  return {
    code,
    severity: 'error',
    message,
    fix: 'renew or correct the TLS set-up of the server',
    where,
    actual: message,
  };
}

async function authorise(context: RunContext, options: ConnectivityOptions): Promise<Partial<Result>> {
  const operation = safeOperation(options.contract, (one) => one.security.length > 0) ?? options.contract.operations[0];
  const names = operation && credentialsFor(context, options.contract, operation, options);
  if (!operation || !names) return { status: 'skipped', reason: 'no credential is configured for this provider' };
  if (names.length === 0) return { status: 'skipped', reason: 'the contract asks for no credential' };
  const observed = await sendSafely(context, options, operation, names);
  if (!observed)
    return { status: 'passed', reason: 'a token was obtained; no safe operation with an example to try it on' };
  const status = observed.answer?.status;
  if (status !== 401 && status !== 403) return {};
  const message = `${operation.id} answers ${status} to the credential ${names.join(' and ')}`;
  const departure = {
    code: 'credential-refused',
    message,
    fix: 'check the credential and its scopes',
    actual: status,
    pointer: operation.pointer,
  };
  return { findings: [findingOf({ ...about(context, options, operation), exchange: observed.exchange }, departure)] };
}

async function answerOnce(context: RunContext, options: ConnectivityOptions): Promise<Partial<Result>> {
  const operation = safeOperation(options.contract, () => true);
  if (!operation) return { status: 'skipped', reason: 'no GET operation of the contract has a complete example' };
  const names = credentialsFor(context, options.contract, operation, options);
  if (!names) return { status: 'skipped', reason: `${operation.id} needs a credential, and none is configured` };
  const observed = await sendSafely(context, options, operation, names);
  if (!observed?.answer) {
    throw unreached(
      new URL(options.url),
      `${operation.id} got no answer (${observed?.exchange.connection})`,
      'look at the log of the provider',
    );
  }
  const status = observed.answer.status;
  const expected = operation.responses.map((response) => response.status);
  // An example that the server does not know proves that it answers, which is all that is asked here.
  if (status === 404 || expected.some((one) => covers(one, status))) return {};
  const message = `${operation.id} answers ${status}, which is not documented`;
  const departure = {
    code: 'status-undocumented',
    message,
    expected,
    actual: status,
    pointer: `${operation.pointer}/responses`,
  };
  return { findings: [findingOf({ ...about(context, options, operation), exchange: observed.exchange }, departure)] };
}

function about(context: RunContext, { contract }: ConnectivityOptions, operation: Operation) {
  return { root: context.workspace.root, contract, operation };
}

function covers(documented: string, status: number): boolean {
  return (
    documented === 'default' ||
    documented === String(status) ||
    documented.toUpperCase() === `${Math.floor(status / 100)}XX`
  );
}

/** The first GET that the contract's own examples are enough for, paths without parameters before others. */
function safeOperation(contract: Contract, wanted: (operation: Operation) => boolean): Operation | undefined {
  const able = contract.operations.filter(
    (operation) =>
      operation.method === 'get' && wanted(operation) && !('missing' in exampleRequest(contract, operation)),
  );
  return able.find(({ path }) => !path.includes('{')) ?? able[0];
}

/** Undefined where the operation has no complete example; the credentials are obtained all the same. */
async function sendSafely(
  context: RunContext,
  options: ConnectivityOptions,
  operation: Operation,
  names: readonly string[],
): Promise<Observed | undefined> {
  const headers = await headersOf(context, names, new URL(options.url).origin);
  const example = exampleRequest(options.contract, operation);
  if ('missing' in example || operation.method !== 'get') return undefined;
  const url = options.url.replace(/\/+$/, '') + example.target;
  const outgoing = { operationId: operation.id, method: 'GET', url, headers: { ...example.headers, ...headers } };
  return await sendRequest(context, outgoing, options.target);
}

function unreached(url: URL, why: string, fix: string, cause?: unknown): TallyError {
  return new TallyError({ code: 'TARGET_UNREACHED', where: url.origin, why, fix, exitCode: EXIT.unreached, cause });
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function codeOf(error: unknown): string {
  const code = errorCode(error);
  return code === 'TIMEOUT' ? `no answer within ${CONNECT_MS} ms` : code;
}
