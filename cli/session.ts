import { randomBytes, randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import type { CredentialConfig, ExitCode, Result, RunContext, Severity, Workspace } from '../contracts/index.ts';
import type { Report } from '../reports/index.ts';
import type { CommandInput, Option } from './command.ts';
import { createLog } from './log.ts';
import { OUTPUT_OPTIONS, readOutputs, type Output } from './outputs.ts';
import { readVersion } from './version.ts';

/** The flags of every verb that ends in a report. */
export const REPORT_OPTIONS: Readonly<Record<string, Option>> = {
  ...OUTPUT_OPTIONS,
  'fail-on': {
    type: 'string',
    value: 'SEVERITY',
    choices: ['error', 'warning', 'info'],
    summary: 'Lowest severity that fails',
  },
  quiet: { type: 'boolean', short: 'q', summary: 'No progress and no summary; the exit code speaks' },
  seed: { type: 'number', value: 'N', summary: 'Repeat the random choices of an earlier run' },
};

export interface SessionOptions {
  /** The verb, for the report. */
  readonly command: string;
  /** Folder or documents; none is the nearest workspace. */
  readonly paths: readonly string[];
  /** Credentials of the command line, by name, besides those of `tally.yaml`. */
  readonly credentials?: Readonly<Record<string, CredentialConfig>>;
  /** Files written besides what `--format` asks for, relative to the workspace. */
  readonly outputs?: readonly { readonly format: string; readonly path: string }[];
  /** The one of `outputs` that a person opens; said at the end. */
  readonly page?: string;
  /** Printed after a kept run: the next thing to do. */
  readonly next?: string;
}

/**
 * Opens the workspace, runs the work, and ends in a report whatever happens to the work: what was emitted before an error
 * or Ctrl-C is in it.
 *
 * @returns the exit code that the report amounts to
 * @throws TallyError when the workspace cannot be opened or a flag is wrong: there is nothing to report on
 */
export async function withSession(
  input: CommandInput,
  options: SessionOptions,
  work: (context: RunContext) => Promise<void>,
): Promise<ExitCode> {
  const { createRedactor, openCredentials, openWorkspace } = await import('../contracts/index.ts');
  const { readEnvironment } = await import('../reports/index.ts');
  const outputs = await withText(input, await readOutputs(input, options.command));
  const redactor = createRedactor();
  const workspace = withCredentials(await openWorkspace(options.paths, input.cwd), options.credentials);
  const results: Result[] = [];
  const startedAt = new Date();
  const context: RunContext = {
    workspace,
    credentials: openCredentials(workspace, redactor, input.env),
    redactor,
    log: createLog(input, { debug: input.flags.boolean('debug'), quiet: input.flags.boolean('quiet'), redactor }),
    signal: input.signal,
    seed: input.flags.number('seed') ?? randomBytes(4).readUInt32LE(),
    emit: (result) => results.push(redactor.json(result)),
  };
  await workAndKeepError(context, options.command, work);
  const { buildReport } = await import('../reports/index.ts');
  const report = buildReport({
    tool: { name: 'tallystick', version: readVersion() },
    runId: randomUUID(),
    name: workspace.config.name,
    command: redactor.text([options.command, ...options.paths].join(' ')),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    environment: readEnvironment(),
    seeds: { run: context.seed },
    contracts: workspace.contracts.map(({ contract }) => contract),
    results,
    failOn: failOnOf(input, workspace),
    interrupted: input.signal.aborted,
    redactions: redactor.count,
  });
  return await finish(input, options, context, outputs, report);
}

function withCredentials(workspace: Workspace, added: SessionOptions['credentials'] = {}): Workspace {
  const credentials = { ...workspace.config.credentials, ...added };
  return { ...workspace, config: { ...workspace.config, credentials } };
}

/** An error that ends the work becomes a result, so that the report says how far the run came and why it ended. */
async function workAndKeepError(
  context: RunContext,
  command: string,
  work: (context: RunContext) => Promise<void>,
): Promise<void> {
  const { reportUnreadable, runCheck } = await import('../contracts/index.ts');
  try {
    await reportUnreadable(context);
    await work(context);
  } catch (thrown) {
    const rethrow = (): never => {
      throw thrown;
    };
    await runCheck(context, { id: 'run-completed', suite: command, subject: context.workspace.config.name }, rethrow);
    if (thrown instanceof Error) context.log.debug(thrown.stack ?? thrown.message);
  }
  context.log.progress('');
}

/** Somebody who asks for nothing else reads text. */
async function withText({ flags }: CommandInput, outputs: readonly Output[]): Promise<readonly Output[]> {
  if (flags.boolean('quiet') || outputs.some((output) => output.path === undefined)) return outputs;
  const { formatNamed } = await import('../reports/index.ts');
  return [{ format: formatNamed('text') }, ...outputs];
}

function failOnOf(input: CommandInput, workspace: Workspace): Severity {
  const asked = input.flags.string('fail-on');
  if (asked === 'error' || asked === 'warning' || asked === 'info') return asked;
  return workspace.config.gates.failOn;
}

async function finish(
  input: CommandInput,
  options: SessionOptions,
  { log, redactor, workspace }: RunContext,
  outputs: readonly Output[],
  report: Report,
): Promise<ExitCode> {
  const { formatNamed, readSnippets, writeReports } = await import('../reports/index.ts');
  const complete = readSnippets(report, workspace.root, (text) => redactor.text(text));
  const printed = outputs.find((output) => output.path === undefined);
  const next = options.next === undefined ? {} : { next: options.next };
  if (printed !== undefined) input.stdout.write(printed.format.render(complete, { colour: input.colour, ...next }));
  const asked = outputs.flatMap(({ format, path }) => (path === undefined ? [] : [{ format, path }]));
  const standing = (options.outputs ?? []).map(({ format, path }) => ({ format: formatNamed(format), path }));
  // A file that cannot be written must not cost the others.
  const written = await Promise.allSettled([
    writeReports(complete, asked, input.cwd),
    writeReports(complete, standing, workspace.root),
  ]);
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
  if (options.page !== undefined) {
    const line = `report: ${relative(input.cwd, join(workspace.root, options.page))}`;
    // On stdout beside what a person reads, but not behind what a program reads.
    if (printed?.format.id === 'text') input.stdout.write(`${line}\n`);
    else log.info(line);
  }
  return report.exitCode;
}
