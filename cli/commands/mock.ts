import path from 'node:path';
import type { Config, RunContext } from '../../contracts/index.ts';
import type { MockOptions, MockServer, MockService, StateOptions, TlsOptions } from '../../mocks/index.ts';
import type { Command, CommandInput } from '../command.ts';
import { createLog } from '../log.ts';
import { readVersion } from '../version.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const mock: Command = {
  id: 'mock',
  summary: 'Mock servers for one document or the whole catalogue',
  usage: '[PATH…]',
  examples: [
    { command: 'tally mock openapi.yaml', summary: 'one document at http://127.0.0.1:4010/, as prism mock serves it' },
    { command: 'tally mock', summary: 'every API of the workspace in every version, under /name/version' },
    { command: 'tally mock -p 0 -d --seed 7 openapi.yaml', summary: 'any free port, repeatable generated answers' },
    { command: 'tally mock --state openapi.yaml', summary: 'what is posted is found again, listed, changed, deleted' },
    { command: 'tally mock --https --http2 openapi.yaml', summary: 'over TLS, with a certificate made for this run' },
    { command: 'tally mock --journal calls.ndjson --har calls.har', summary: 'keep what partners sent and got' },
  ],
  options: {
    port: {
      type: 'number',
      short: 'p',
      value: 'PORT',
      summary: 'Port to listen on, 0 is any free one (4010, or mock.port of tally.yaml)',
    },
    host: {
      type: 'string',
      short: 'h',
      value: 'HOST',
      summary: 'Address to listen on (127.0.0.1, or mock.host of tally.yaml)',
    },
    cors: { type: 'boolean', default: true, summary: 'Send CORS headers and answer preflight requests' },
    multiprocess: {
      type: 'boolean',
      short: 'm',
      summary: "Accepted, as Prism's flag: logs need no second process here (--workers answers from several)",
    },
    errors: { type: 'boolean', summary: 'Answer 500 when the answer itself would break the contract' },
    verboseLevel: {
      type: 'string',
      short: 'v',
      value: 'LEVEL',
      choices: LEVELS,
      default: 'info',
      summary: 'debug adds how answers are chosen; warn shows refused requests only',
    },
    dynamic: { type: 'boolean', short: 'd', summary: 'Generate answers from schemas instead of taking examples' },
    'json-schema-faker-fillProperties': {
      type: 'boolean',
      // Prism's generator does so unless told otherwise: leaving the flag out and giving it are the same.
      default: true,
      summary: 'Generate additional properties too, with -d',
    },
    ignoreExamples: { type: 'boolean', summary: 'Answer as if the document had no examples' },
    seed: { type: 'string', value: 'SEED', summary: 'Generate the same answers every time, with -d' },
    watch: {
      type: 'boolean',
      default: true,
      summary: 'Serve documents as they are after every change; a broken one is told and left out',
    },
    state: {
      type: 'boolean',
      summary:
        'Remember what is sent: created objects are read, listed, changed and deleted; each consumer has its own',
    },
    'state-file': { type: 'string', value: 'FILE', summary: 'Keep the state there, beyond the end of the mocks' },
    'state-seed': {
      type: 'string',
      value: 'FILE',
      summary: "Begin with these objects (JSON, by collection), not the contract's examples",
    },
    https: { type: 'boolean', summary: 'HTTPS, with a certificate that is generated for this run' },
    'tls-cert': { type: 'string', value: 'FILE', summary: 'HTTPS with this certificate (PEM)' },
    'tls-key': { type: 'string', value: 'FILE', summary: 'Its private key (PEM)' },
    'tls-ca-out': { type: 'string', value: 'FILE', summary: 'Write the certificate there, for clients to trust' },
    'client-ca': {
      type: 'string',
      value: 'FILE',
      summary: 'Mutual TLS: who signs the certificates of clients (PEM)',
    },
    'client-cert': {
      type: 'string',
      value: 'WHETHER',
      choices: ['optional', 'required'],
      summary: 'Whether clients without a certificate are served, with --client-ca: required refuses them',
    },
    http2: { type: 'boolean', summary: 'Speak HTTP/2 too: by ALPN with HTTPS, by prior knowledge without' },
    workers: { type: 'number', value: 'N', summary: 'Answer from N processes, with one journal (1)' },
    'one-port-each': { type: 'boolean', summary: 'Each API on a port of its own, counting up from --port' },
    har: { type: 'string', value: 'FILE', summary: 'Write the last 1,000 exchanges as HAR 1.2 at the end' },
    journal: { type: 'string', value: 'FILE', summary: 'Append every exchange to this file as NDJSON' },
  },
  arguments: [0, Infinity],
  run: async (input) => {
    const context = await openContext(input);
    const { startMocks } = await import('../../mocks/index.ts');
    const server = await startMocks(context, await optionsOf(input, context.workspace));
    // Before anybody could call it.
    if (context.signal.aborted) return 130;
    input.stdout.write(await greeting(server));
    await untilAborted(context.signal);
    await server.close();
    // Ctrl-C is how a server is meant to end.
    return 0;
  },
};

/** A server is no run: it ends in no report, and an error at its start is the whole story. */
async function openContext(input: CommandInput): Promise<RunContext> {
  const { createRedactor, openCredentials, openWorkspace } = await import('../../contracts/index.ts');
  const redactor = createRedactor();
  const workspace = await openWorkspace(input.args, input.cwd);
  const log = createLog(input, { debug: input.flags.boolean('debug'), redactor });
  for (const { where, why } of workspace.unreadable) log.warn(`${where} is not mocked: ${why}`);
  return {
    workspace,
    credentials: openCredentials(workspace, redactor, input.env),
    redactor,
    log,
    signal: input.signal,
    seed: 0,
    emit: () => undefined,
  };
}

async function optionsOf(input: CommandInput, { root, config }: RunContext['workspace']): Promise<MockOptions> {
  const { MOCK_DEFAULTS, VERBOSE_LEVELS } = await import('../../mocks/index.ts');
  const { flags } = input;
  const configured = config.mock;
  const file = (name: string): string | undefined => fileOf(input, name);
  const tls = tlsOf(input, configured.tls, root);
  const state = stateOf(input, configured.state, root);
  const seed = flags.string('seed');
  const harFile = file('har');
  const journalFile = file('journal');
  return {
    port: flags.number('port') ?? configured.port,
    host: flags.string('host') ?? configured.host,
    cors: flags.boolean('cors'),
    dynamic: flags.boolean('dynamic'),
    errors: flags.boolean('errors'),
    ignoreExamples: flags.boolean('ignoreExamples'),
    verboseLevel: VERBOSE_LEVELS.find((level) => level === flags.string('verboseLevel')) ?? MOCK_DEFAULTS.verboseLevel,
    toolVersion: readVersion(),
    watch: flags.given('watch') ? flags.boolean('watch') : (configured.watch ?? true),
    http2: flags.given('http2') ? flags.boolean('http2') : configured.http2 === true,
    workers: await workersOf(input, configured.workers ?? 1),
    ...(tls === undefined ? {} : { tls }),
    ...(state === undefined ? {} : { state }),
    ...(seed === undefined ? {} : { seed }),
    // Said only when switched off: a document's own x-json-schema-faker has a say too.
    ...(flags.boolean('json-schema-faker-fillProperties') ? {} : { fillProperties: false }),
    ...(flags.boolean('one-port-each') ? { layout: 'ports' as const } : {}),
    ...(harFile === undefined ? {} : { harFile }),
    ...(journalFile === undefined ? {} : { journalFile }),
  };
}

function fileOf({ flags, cwd }: CommandInput, name: string): string | undefined {
  const given = flags.string(name);
  return given === undefined ? undefined : path.resolve(cwd, given);
}

const MAX_WORKERS = 64;

/** @throws TallyError FLAG_VALUE */
async function workersOf({ flags }: CommandInput, configured: number): Promise<number> {
  const count = flags.number('workers') ?? configured;
  if (Number.isInteger(count) && count >= 1 && count <= MAX_WORKERS) return count;
  const { TallyError } = await import('../../contracts/index.ts');
  throw new TallyError({
    code: 'FLAG_VALUE',
    where: `tally mock --workers ${count}`,
    why: `it is a whole number of processes, from 1 to ${MAX_WORKERS}`,
    fix: 'give the number of cores that the mocks may use',
  });
}

/** A file that is named, by a flag or in tally.yaml, means HTTPS. */
function tlsOf(input: CommandInput, configured: Config['mock']['tls'], root: string): TlsOptions | undefined {
  const set = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : path.resolve(root, name);
  const clientCert = input.flags.string('client-cert') ?? configured?.clientCert;
  const certFile = fileOf(input, 'tls-cert') ?? set(configured?.cert);
  const keyFile = fileOf(input, 'tls-key') ?? set(configured?.key);
  const caOutFile = fileOf(input, 'tls-ca-out');
  const clientCaFile = fileOf(input, 'client-ca') ?? set(configured?.clientCa);
  const named: TlsOptions = {
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(caOutFile === undefined ? {} : { caOutFile }),
    ...(clientCaFile === undefined ? {} : { clientCaFile }),
    ...(clientCert === 'optional' || clientCert === 'required' ? { clientCert } : {}),
  };
  const isAsked = input.flags.boolean('https') || configured !== undefined || Object.keys(named).length > 0;
  return isAsked ? named : undefined;
}

/** A file that is named, by a flag or in tally.yaml, means a state; `--no-state` means none. */
function stateOf(input: CommandInput, configured: Config['mock']['state'], root: string): StateOptions | undefined {
  const { flags } = input;
  if (flags.given('state') && !flags.boolean('state')) return undefined;
  const set = typeof configured === 'object' ? configured : {};
  const file = fileOf(input, 'state-file') ?? (set.file === undefined ? undefined : path.resolve(root, set.file));
  const seedFile = fileOf(input, 'state-seed') ?? (set.seed === undefined ? undefined : path.resolve(root, set.seed));
  const isConfigured = configured !== undefined && configured !== false;
  if (!flags.boolean('state') && !isConfigured && file === undefined && seedFile === undefined) return undefined;
  return { ...(file === undefined ? {} : { file }), ...(seedFile === undefined ? {} : { seedFile }) };
}

/** What is served, and a line to try it with. */
async function greeting(server: MockServer): Promise<string> {
  const { curlLine } = await import('../../mocks/index.ts');
  const lines = server.services.flatMap((service) => {
    const { name, version, url, operations } = service;
    const first = curlLine(service);
    return [
      `${name} ${version}  ${operations} ${operations === 1 ? 'operation' : 'operations'}  ${url}`,
      ...(first === undefined ? [] : [`  ${trusting(first, server)}`]),
      ...sandboxLines(service.sandbox),
    ];
  });
  return `${[...lines, ...certificateLines(server)].join('\n')}\n\nCtrl-C ends it.\n`;
}

/** What is kept, and one line for each operation that keeps nothing or only a part. */
function sandboxLines(sandbox: MockService['sandbox']): readonly string[] {
  if (sandbox === undefined) return [];
  const { collections, fallbacks, notes } = sandbox;
  return [
    `  remembers ${collections.length === 0 ? 'nothing: the contract has no collection with items' : collections.join(', ')}`,
    ...fallbacks.map(({ operationId, reason }) => `  ${operationId} answers its example: ${reason}`),
    ...notes.map(({ operationId, reason }) => `  ${operationId}: ${reason}`),
  ];
}

/** The call as it works with a certificate that nobody else has signed. */
function trusting(curl: string, { certificate }: MockServer): string {
  if (certificate === undefined) return curl;
  const trust = certificate.file === undefined ? '-k' : `--cacert '${certificate.file}'`;
  return curl.replace(/^curl -i/, `curl -i ${trust}`);
}

function certificateLines({ certificate }: MockServer): readonly string[] {
  if (certificate === undefined) return [];
  const { fingerprint, isGenerated, file } = certificate;
  const origin = isGenerated ? 'generated for this run' : `of ${file}`;
  return [
    `certificate ${origin}, SHA-256 ${fingerprint}`,
    ...(isGenerated && file === undefined ? ['  --tls-ca-out FILE writes it to a file, for clients to trust'] : []),
  ];
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
