import path from 'node:path';
import type { Config, RunContext } from '../../contracts/index.ts';
import type {
  ControlServer,
  FaultRule,
  MockOptions,
  MockServer,
  MockService,
  StateOptions,
  TlsOptions,
} from '../../mocks/index.ts';
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
    {
      command: "tally mock --fault 'reset_peer toxicity=0.2' openapi.yaml",
      summary: 'every fifth request or so ends in a reset',
    },
    { command: 'tally mock --console', summary: 'a page that shows what partners call and why they are refused' },
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
    fault: {
      type: 'string',
      multiple: true,
      value: 'FAULT',
      summary: "What to do to clients on purpose: 'reset_peer operation=createParcel toxicity=0.2' (tally list)",
    },
    webhook: {
      type: 'string',
      multiple: true,
      value: 'URL',
      summary: 'Tell this endpoint, on this machine, of the events that operations trigger; signed, repeatable',
    },
    console: {
      type: 'boolean',
      summary: 'Serve a page that shows the traffic, why requests were refused, and tries others',
    },
    'control-port': {
      type: 'number',
      value: 'PORT',
      summary: 'Port of the console and the control API on 127.0.0.1 (any free one)',
    },
    har: {
      type: 'string',
      value: 'FILE',
      summary: 'Write the last exchanges as HAR 1.2 at the end (1,000; 10,000 with --console)',
    },
    journal: { type: 'string', value: 'FILE', summary: 'Append every exchange to this file as NDJSON' },
  },
  arguments: [0, Infinity],
  run: async (input) => {
    const context = await openContext(input);
    const { startMocks } = await import('../../mocks/index.ts');
    const server = await startMocks(context, await optionsOf(input, context.workspace));
    let control: ControlServer | undefined;
    try {
      control = await openControl(input, context, server);
      // Before anybody could call it.
      if (context.signal.aborted) return 130;
      input.stdout.write(await greeting(server, control));
      await untilAborted(context.signal);
    } finally {
      await control?.close();
      await server.close();
    }
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

/** Its token is printed and nowhere else. */
async function openControl(
  { flags }: CommandInput,
  context: RunContext,
  server: MockServer,
): Promise<ControlServer | undefined> {
  if (!isControlled(flags, context.workspace.config.mock)) return undefined;
  const { startControl } = await import('../../mocks/index.ts');
  const port = flags.number('control-port') ?? context.workspace.config.mock.controlPort ?? 0;
  return await startControl(context, server, { port, toolVersion: readVersion() });
}

function isControlled(flags: CommandInput['flags'], configured: Config['mock']): boolean {
  if (flags.given('console')) return flags.boolean('console');
  const isPortSet = flags.number('control-port') !== undefined || configured.controlPort !== undefined;
  return configured.console ?? isPortSet;
}

async function optionsOf(input: CommandInput, workspace: RunContext['workspace']): Promise<MockOptions> {
  const { root, config } = workspace;
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
    faults: await faultsOf(input, workspace),
    ...(tls === undefined ? {} : { tls }),
    ...webhooksOf(input, configured.webhooks),
    ...(isControlled(flags, configured) ? { journalSize: CONSOLE_JOURNAL } : {}),
    ...(state === undefined ? {} : { state }),
    ...(seed === undefined ? {} : { seed }),
    // Said only when switched off: a document's own x-json-schema-faker has a say too.
    ...(flags.boolean('json-schema-faker-fillProperties') ? {} : { fillProperties: false }),
    ...(flags.boolean('one-port-each') ? { layout: 'ports' as const } : {}),
    ...(harFile === undefined ? {} : { harFile }),
    ...(journalFile === undefined ? {} : { journalFile }),
  };
}

/** Endpoints of the command line are added to those of tally.yaml. */
function webhooksOf({ flags }: CommandInput, configured: Config['mock']['webhooks']): Pick<MockOptions, 'webhooks'> {
  const named = flags.strings('webhook').map((url) => ({ url }));
  if (named.length === 0) return configured === undefined ? {} : { webhooks: configured };
  return { webhooks: { ...configured, endpoints: [...(configured?.endpoints ?? []), ...named] } };
}

/** What the console can look back on. */
const CONSOLE_JOURNAL = 10_000;

function fileOf({ flags, cwd }: CommandInput, name: string): string | undefined {
  const given = flags.string(name);
  return given === undefined ? undefined : path.resolve(cwd, given);
}

/**
 * Those of the command line are added to those of tally.yaml.
 *
 * @throws TallyError FAULT_UNKNOWN, FAULT_OPTION, CONFIG_INVALID
 */
async function faultsOf(
  { flags }: CommandInput,
  { root, config, configSource = '' }: RunContext['workspace'],
): Promise<readonly FaultRule[]> {
  const { faults, parseFault, readFault } = await import('../../mocks/index.ts');
  const { configError, TallyError } = await import('../../contracts/index.ts');
  const rules: FaultRule[] = [];
  for (const [at, each] of (config.mock.faults ?? []).entries()) {
    try {
      rules.push(typeof each === 'string' ? parseFault(each, faults, '') : readFault(each, faults, ''));
    } catch (thrown) {
      if (!(thrown instanceof TallyError)) throw thrown;
      const problem = { path: ['mock', 'faults', String(at)], why: thrown.why, fix: thrown.fix };
      throw await configError(path.join(root, configSource), configSource, [problem]);
    }
  }
  return [...rules, ...flags.strings('fault').map((text) => parseFault(text, faults, `--fault '${text}'`))];
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
async function greeting(server: MockServer, control: ControlServer | undefined): Promise<string> {
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
  const page = control === undefined ? [] : [`console: ${control.consoleUrl}`];
  return `${[...lines, ...certificateLines(server), ...webhookLines(server), ...page].join('\n')}\n\nCtrl-C ends it.\n`;
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

/** A secret that was made up for this run is of no use to anybody unless it is said here. */
function webhookLines({ webhooks }: MockServer): readonly string[] {
  return (webhooks?.targets ?? []).map(({ url, scheme, credential, madeUpSecret }) => {
    const by = madeUpSecret === undefined ? `the credential ${credential}` : `${madeUpSecret} (made for this run)`;
    return `events are sent to ${url.replace(/\?.*$/s, '')}, signed as ${scheme} by ${by}`;
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
