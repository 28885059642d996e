import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type {
  CredentialConfig,
  ExitCode,
  Result,
  ResultWaivers,
  RunContext,
  Severity,
  Workspace,
} from '../contracts/index.ts';
import type { Report } from '../reports/index.ts';
import type { CommandInput, Option } from './command.ts';
import { appendStepSummary, folderInRepository } from './github-actions.ts';
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
  /** How the workspace is opened, where not by `openWorkspace`. */
  readonly open?: (paths: readonly string[], cwd: string) => Promise<Workspace>;
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
  work: (context: RunContext, emitted: readonly Result[]) => Promise<void>,
): Promise<ExitCode> {
  const { createRedactor, openCredentials, openResultWaivers, openWorkspace } = await import('../contracts/index.ts');
  const { readEnvironment } = await import('../reports/index.ts');
  const outputs = await withText(input, await readOutputs(input, options.command));
  const redactor = createRedactor();
  const opened = await (options.open ?? openWorkspace)(options.paths, input.cwd);
  const workspace = withCredentials(opened, options.credentials);
  const results: Result[] = [];
  const startedAt = new Date();
  const waivers = await openResultWaivers(workspace.root, startedAt.toISOString().slice(0, 10));
  const context: RunContext = {
    workspace,
    credentials: openCredentials(workspace, redactor, input.env),
    redactor,
    log: createLog(input, { debug: input.flags.boolean('debug'), quiet: input.flags.boolean('quiet'), redactor }),
    signal: input.signal,
    seed: input.flags.number('seed') ?? randomBytes(4).readUInt32LE(),
    emit: (result) => results.push(redactor.json(waivers.waive(result))),
  };
  await workAndKeepError(context, options.command, async () => await work(context, results));
  await reportWaivers(context, options, waivers, input.cwd);
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

/** The workspace itself where nothing is added: what is remembered of it hangs on the object. */
function withCredentials(workspace: Workspace, added: SessionOptions['credentials']): Workspace {
  if (added === undefined) return workspace;
  const credentials = { ...workspace.config.credentials, ...added };
  return { ...workspace, config: { ...workspace.config, credentials } };
}

/** An error that ends the work becomes a result, so that the report says how far the run came and why it ended. */
async function workAndKeepError(context: RunContext, command: string, work: () => Promise<void>): Promise<void> {
  const { reportUnreadable, runCheck } = await import('../contracts/index.ts');
  try {
    await reportUnreadable(context);
    await work();
  } catch (thrown) {
    const rethrow = (): never => {
      throw thrown;
    };
    await runCheck(context, { id: 'run-completed', suite: command, subject: context.workspace.config.name }, rethrow);
    if (thrown instanceof Error) context.log.debug(thrown.stack ?? thrown.message);
  }
  context.log.progress('');
}

/** A run over a part of the workspace, or one that was interrupted, cannot tell which waivers nothing needs. */
async function reportWaivers(
  context: RunContext,
  { command, paths }: SessionOptions,
  waivers: ResultWaivers,
  cwd: string,
): Promise<void> {
  if (waivers.isEmpty) return;
  const { runCheck } = await import('../contracts/index.ts');
  const isWhole = !context.signal.aborted && paths.every((each) => path.resolve(cwd, each) === context.workspace.root);
  await runCheck(context, { id: 'waivers-hold', suite: command, subject: 'contracts/waivers.yaml' }, () => ({
    findings: waivers.problems(isWhole),
  }));
}

/** Somebody who asks for nothing else reads text. */
export async function withText({ flags }: CommandInput, outputs: readonly Output[]): Promise<readonly Output[]> {
  if (flags.boolean('quiet') || outputs.some((output) => output.path === undefined)) return outputs;
  const { formatNamed } = await import('../reports/index.ts');
  return [{ format: formatNamed('text') }, ...outputs];
}

/** The lowest severity that fails this run. */
export function failOnOf(input: CommandInput, workspace: Workspace): Severity {
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
  const folder = folderInRepository(workspace.root, input.env);
  const standing = (options.outputs ?? []).map(({ format, path }) => ({ format: formatNamed(format), path }));
  const showsLines = [...outputs, ...standing].some(({ format }) => format.showsLines === true);
  const complete = showsLines ? readSnippets(report, workspace.root, (text) => redactor.text(text)) : report;
  const printed = outputs.find((output) => output.path === undefined);
  const next = options.next === undefined ? {} : { next: options.next };
  if (printed !== undefined)
    input.stdout.write(printed.format.render(complete, { colour: input.colour, folder, ...next }));
  const asked = outputs.flatMap(({ format, path }) => (path === undefined ? [] : [{ format, path }]));
  // A file that cannot be written must not cost the others.
  const written = await Promise.allSettled([
    writeReports(complete, asked, input.cwd, { folder }),
    writeReports(complete, standing, workspace.root, { folder }),
    outputs.some(({ format }) => format.id === 'github') ? appendStepSummary(complete, input) : undefined,
  ]);
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
  if (options.page !== undefined) {
    const line = `report: ${path.relative(input.cwd, path.join(workspace.root, options.page))}`;
    // On stdout beside what a person reads, but not behind what a program reads.
    if (printed?.format.id === 'text') input.stdout.write(`${line}\n`);
    else log.info(line);
  }
  return report.exitCode;
}
