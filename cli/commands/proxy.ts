import path from 'node:path';
import type { RunContext } from '../../contracts/index.ts';
import type { CoverageRow, ProxyOptions, ProxyServer } from '../../mocks/index.ts';
import type { Command, CommandInput } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';
import { readVersion } from '../version.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `tally proxy`: what really passes between clients and a provider, held to the contract. */
export const proxy: Command = {
  id: 'proxy',
  summary:
    'Stand before a provider, pass requests on, and say what of them and of its answers departs from the contract',
  usage: 'DOCUMENT URL',
  examples: [
    { command: 'tally proxy openapi.yaml http://127.0.0.1:8080', summary: 'at http://127.0.0.1:4010/, as prism proxy' },
    { command: 'tally proxy openapi.yaml URL --errors', summary: 'answer 422 and 500 where the contract is broken' },
    { command: 'tally proxy openapi.yaml URL --fail-on error', summary: 'in CI: exit 1 where it was broken' },
    { command: 'tally proxy openapi.yaml URL --har calls.har', summary: 'keep what was sent and answered' },
  ],
  options: {
    port: { type: 'number', short: 'p', value: 'PORT', default: 4010, summary: 'Port to listen on, 0 is any free one' },
    host: { type: 'string', short: 'h', value: 'HOST', default: '127.0.0.1', summary: 'Address to listen on' },
    cors: { type: 'boolean', default: true, summary: 'Send CORS headers and answer preflight requests' },
    multiprocess: {
      type: 'boolean',
      short: 'm',
      summary: "Accepted, as Prism's flag: logs need no second process here",
    },
    errors: { type: 'boolean', summary: 'Answer with a problem where a request or an answer breaks the contract' },
    verboseLevel: {
      type: 'string',
      short: 'v',
      value: 'LEVEL',
      choices: LEVELS,
      default: 'info',
      summary: 'warn shows departures only',
    },
    'validate-request': {
      type: 'boolean',
      default: true,
      summary: 'Hold requests to the contract; answers always are',
    },
    'upstream-proxy': {
      type: 'string',
      value: 'URL',
      summary: 'A proxy on the way to the provider: http://USER:PASSWORD@HOST:PORT',
    },
    'upstream-timeout': {
      type: 'number',
      value: 'MS',
      default: 60_000,
      summary: 'How long the provider may say nothing before the client gets a 504',
    },
    watch: { type: 'boolean', default: true, summary: 'Hold to the document as it is after every change' },
    har: { type: 'string', value: 'FILE', summary: 'Write the last 1,000 exchanges as HAR 1.2 at the end' },
    journal: { type: 'string', value: 'FILE', summary: 'Append every exchange to this file as NDJSON' },
    ...REPORT_OPTIONS,
    'fail-on': {
      type: 'string',
      value: 'SEVERITY',
      choices: ['error', 'warning', 'info'],
      summary: 'Lowest severity that fails; without it the exit code is 0, whatever passed through',
    },
  },
  arguments: [2, 2],
  run: async (input) => {
    const options = await optionsOf(input);
    let started: ProxyServer | undefined;
    // Ctrl-C is how a proxy is meant to end: its report is whole.
    const uninterrupted = { ...input, signal: new AbortController().signal };
    const session = { command: 'proxy', paths: input.args.slice(0, 1) };
    const exitCode = await withSession(uninterrupted, session, async (context) => {
      const { startProxy } = await import('../../mocks/index.ts');
      started = await startProxy({ ...context, signal: input.signal }, options);
      if (!input.flags.boolean('quiet')) input.stdout.write(greeting(started, options, context));
      await untilAborted(input.signal);
      await started.close();
      if (!input.flags.boolean('quiet') && !isForProgram(input)) input.stdout.write(table(started.rows()));
    });
    // As Prism's, so that scripts around it stay as they are; what could not be done is still told.
    return exitCode === 1 && !input.flags.given('fail-on') ? 0 : exitCode;
  },
};

/** Whether a report of another format than text goes to stdout, where a table would be in its way. */
function isForProgram({ flags }: CommandInput): boolean {
  return flags.strings('format').some((format) => !format.includes('=') && format !== 'text');
}

async function optionsOf(input: CommandInput): Promise<ProxyOptions> {
  const { MOCK_DEFAULTS, VERBOSE_LEVELS } = await import('../../mocks/index.ts');
  const { flags, args } = input;
  const upstreamProxy = flags.string('upstream-proxy');
  const harFile = fileOf(input, 'har');
  const journalFile = fileOf(input, 'journal');
  return {
    port: flags.number('port') ?? MOCK_DEFAULTS.port,
    host: flags.string('host') ?? MOCK_DEFAULTS.host,
    cors: flags.boolean('cors'),
    errors: flags.boolean('errors'),
    verboseLevel: VERBOSE_LEVELS.find((level) => level === flags.string('verboseLevel')) ?? MOCK_DEFAULTS.verboseLevel,
    validateRequest: flags.boolean('validate-request'),
    upstream: await address(args[1] ?? '', 'tally proxy DOCUMENT URL'),
    ...(upstreamProxy === undefined ? {} : { upstreamProxy: await address(upstreamProxy, '--upstream-proxy') }),
    silenceMs: flags.number('upstream-timeout') ?? 60_000,
    watch: flags.boolean('watch'),
    toolVersion: readVersion(),
    ...(harFile === undefined ? {} : { harFile }),
    ...(journalFile === undefined ? {} : { journalFile }),
  };
}

/** With a user and a password where need be: Prism's command lines have them there. @throws TallyError URL_INVALID */
async function address(text: string, name: string): Promise<URL> {
  const { targetUrl } = await import('../../contracts/index.ts');
  if (!URL.canParse(text)) return targetUrl(text, name);
  const url = new URL(text);
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  targetUrl(bare.href, name);
  return url;
}

function fileOf({ flags, cwd }: CommandInput, name: string): string | undefined {
  const given = flags.string(name);
  return given === undefined ? undefined : path.resolve(cwd, given);
}

function greeting({ url, contract }: ProxyServer, { upstream }: ProxyOptions, { redactor }: RunContext): string {
  const { name, version, operations } = contract;
  const counted = `${operations.length} ${operations.length === 1 ? 'operation' : 'operations'}`;
  const behind = redactor.url(upstream.href);
  return `${name} ${version}  ${counted}  ${url}  before ${behind}\n\nCtrl-C ends it.\n`;
}

/** What was called and answered, operation by operation; those that nobody called come last. */
function table(rows: readonly CoverageRow[]): string {
  const called = rows.filter(({ requests }) => requests > 0);
  const uncalled = rows.filter(({ requests }) => requests === 0);
  const width = Math.max(9, ...called.map(({ operation }) => operation.length));
  const lines = [
    `${'operation'.padEnd(width)}  requests  answered`,
    ...called.map(({ operation, requests, seen, unseen }) => {
      const answered = [...seen]
        .toSorted(([one], [other]) => one - other)
        .map(([status, times]) => `${status} ×${times}`);
      const missing = unseen.length === 0 ? '' : `  never ${unseen.join(', ')}`;
      return `${operation.padEnd(width)}  ${String(requests).padStart(8)}  ${answered.join(', ')}${missing}`;
    }),
    ...(uncalled.length === 0 ? [] : [`not called: ${uncalled.map(({ operation }) => operation).join(', ')}`]),
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
