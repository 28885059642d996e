import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type {
  Change,
  Comparison,
  Contract,
  ExitCode,
  Redactor,
  Result,
  Revision,
  Severity,
  Usage,
  Workspace,
} from '../../contracts/index.ts';
import type { DiffedContracts, DiffReport, Report } from '../../reports/index.ts';
import type { Command, CommandInput } from '../command.ts';
import { readOutputs } from '../outputs.ts';
import { REPORT_OPTIONS, withText } from '../session.ts';
import { readVersion } from '../version.ts';

const { format, output, 'fail-on': failOn, quiet } = REPORT_OPTIONS;

/** `tally diff`: what changed between two versions of a contract, what of it breaks, and for whom. */
export const diff: Command = {
  id: 'diff',
  summary: 'What changed between two versions of a contract, what breaks, and for whom',
  usage: '[BASE REVISION]',
  examples: [
    { command: 'tally diff old.yaml new.yaml', summary: 'two documents, or two folders with one in them' },
    { command: 'tally diff git:main:openapi.yaml openapi.yaml', summary: 'against a revision of git' },
    { command: 'tally diff', summary: 'each version in this workspace with the one before' },
    { command: 'tally diff git:main: . --format markdown=diff.md', summary: 'all contracts, for a pull request' },
  ],
  options: {
    ...(format === undefined ? {} : { format }),
    ...(output === undefined ? {} : { output }),
    ...(failOn === undefined ? {} : { 'fail-on': failOn }),
    ...(quiet === undefined ? {} : { quiet }),
    har: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      summary: 'Recorded traffic (HAR, or a mock’s journal) that says who uses what',
    },
  },
  arguments: [0, 2],
  run: async (input) => {
    const { createRedactor } = await import('../../contracts/index.ts');
    const outputs = await withText(input, await readOutputs(input, 'diff'));
    const redactor = createRedactor();
    const compared = await compare(input);
    try {
      return await write(input, outputs, redactor, compared);
    } finally {
      await compared.close();
    }
  },
};

/** What was compared, and what is needed to tell people of it. */
interface Compared {
  readonly base: Source;
  readonly revision: Source;
  readonly comparisons: readonly Comparison[];
  /** Absent where there is no `tally.yaml` at or above the current folder. */
  readonly workspace?: Workspace;
  close(): Promise<void>;
}

type Source = Pick<Revision, 'root' | 'prefix'>;

async function compare(input: CommandInput): Promise<Compared> {
  const [first, second] = input.args;
  if (first === undefined) return await compareVersionsOf(input);
  if (second === undefined) throw await oneArgument(first);
  const { diffRevisions, readRevision } = await import('../../contracts/index.ts');
  const workspace = await workspaceHere(input.cwd);
  const base = await readRevision(first, input.cwd);
  const revision = await readRevision(second, input.cwd).catch(async (thrown: unknown) => {
    await base.close();
    throw thrown;
  });
  const close = async (): Promise<void> => {
    await base.close();
    await revision.close();
  };
  try {
    const comparisons = diffRevisions(base, revision, diffOptions(workspace));
    return { base, revision, comparisons, close, ...(workspace === undefined ? {} : { workspace }) };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function compareVersionsOf(input: CommandInput): Promise<Compared> {
  const { diffVersions, openWorkspace, TallyError } = await import('../../contracts/index.ts');
  const workspace = await openWorkspace([], input.cwd);
  const [unreadable] = workspace.unreadable;
  if (unreadable !== undefined) throw new TallyError(unreadable);
  const here = { root: workspace.root, prefix: '' };
  const comparisons = diffVersions({ ...here, contracts: workspace.contracts }, diffOptions(workspace));
  return { base: here, revision: here, comparisons, workspace, close: async () => undefined };
}

function diffOptions(workspace: Workspace | undefined): {
  severities: Readonly<Record<string, Severity>>;
  today: string;
} {
  return { severities: workspace?.config.gates.severities ?? {}, today: today() };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Two documents need no workspace; where there is one, it says how changes are judged, and who uses what. */
async function workspaceHere(cwd: string): Promise<Workspace | undefined> {
  const { openWorkspace, TallyError } = await import('../../contracts/index.ts');
  try {
    return await openWorkspace([], cwd);
  } catch (thrown) {
    // A workspace whose contracts cannot be read has no usage to tell; the two documents are what was asked about.
    if (thrown instanceof TallyError && !thrown.code.startsWith('CONFIG_')) return undefined;
    throw thrown;
  }
}

async function oneArgument(name: string): Promise<Error> {
  const { TallyError } = await import('../../contracts/index.ts');
  return new TallyError({
    code: 'ARGUMENTS',
    where: `tally diff ${name}`,
    why: 'it takes the base and the revision, found only one of them',
    fix: `name both: tally diff git:main:${name} ${name}`,
  });
}

async function write(
  input: CommandInput,
  outputs: Awaited<ReturnType<typeof readOutputs>>,
  redactor: Redactor,
  compared: Compared,
): Promise<ExitCode> {
  const { EXIT, isAtLeast } = await import('../../contracts/index.ts');
  const judged = await waived(input, compared);
  // The documents beside the changes are only looked up, never written.
  const comparisons = judged.map((each) => ({ ...each, changes: redactor.json(each.changes) }));
  const report = await diffReport(input, redactor, compared, comparisons);
  for (const { format, path: file } of outputs) {
    const text = await render(input, format, report, compared, comparisons, redactor, file === undefined);
    if (file === undefined) input.stdout.write(text);
    else await writeFile(input.cwd, file, text);
  }
  const threshold = failOnOf(input, compared.workspace);
  const broken = comparisons.some(({ changes }) => changes.some(({ severity }) => isAtLeast(severity, threshold)));
  return broken ? EXIT.broken : EXIT.kept;
}

function failOnOf(input: CommandInput, workspace: Workspace | undefined): Severity {
  const asked = input.flags.string('fail-on');
  if (asked === 'error' || asked === 'warning' || asked === 'info') return asked;
  return workspace?.config.gates.failOn ?? 'error';
}

/** Waivers of the workspace turn what they name into information; what is wrong with them is said beside the result. */
async function waived(input: CommandInput, { comparisons, workspace }: Compared): Promise<readonly Comparison[]> {
  if (workspace === undefined) return comparisons;
  const { applyWaivers, readWaivers } = await import('../../contracts/index.ts');
  const waivers = await readWaivers(workspace.root);
  const all = comparisons.flatMap(({ changes }) => changes);
  const { findings, problems } = applyWaivers(all, waivers, today());
  for (const { message, where } of problems) input.log.warn(`${where.source}:${where.line} ${message}`);
  let at = 0;
  return comparisons.map((each) => ({ ...each, changes: findings.slice(at, (at += each.changes.length)) }));
}

async function diffReport(
  input: CommandInput,
  redactor: Redactor,
  compared: Compared,
  comparisons: readonly Comparison[],
): Promise<DiffReport> {
  const { verdictOf } = await import('../../contracts/index.ts');
  const { changeLineReader } = await import('../../reports/index.ts');
  const usage = await usageFor(input, compared);
  const lineOf = changeLineReader((text) => redactor.text(text));
  const diffed = [];
  for (const comparison of comparisons) diffed.push(await withEvidence(comparison, compared, lineOf, usage));
  return {
    tool: { name: 'tallystick', version: readVersion() },
    verdict: verdictOf(comparisons.flatMap(({ changes }) => changes)),
    comparisons: diffed,
  };
}

/** Bare documents have no pacts beside them: of them only recorded traffic that is given says who uses what. */
async function usageFor(input: CommandInput, { workspace, comparisons }: Compared): Promise<Usage | undefined> {
  const { defaultConfig, readUsage } = await import('../../contracts/index.ts');
  const recordings = input.flags.strings('har').map((file) => path.resolve(input.cwd, file));
  if (workspace !== undefined) return await readUsage(workspace, recordings);
  if (recordings.length === 0) return undefined;
  const contracts = comparisons.flatMap(({ base }) =>
    base === undefined ? [] : [{ contract: base.contract, findings: [] }],
  );
  return await readUsage({ root: input.cwd, config: defaultConfig('diff'), contracts }, recordings);
}

type LineOf = ReturnType<typeof import('../../reports/index.ts').changeLineReader>;

async function withEvidence(
  { base, revision, changes }: Comparison,
  compared: Compared,
  lineOf: LineOf,
  usage: Usage | undefined,
): Promise<DiffedContracts> {
  const { whoIsHurt } = await import('../../contracts/index.ts');
  const names = namesOf(base?.contract, revision?.contract, compared);
  return {
    ...names,
    changes: changes.map((change) => {
      const [before, after] = [
        change.base === undefined ? undefined : lineOf(compared.base, change.base),
        change.revision === undefined ? undefined : lineOf(compared.revision, change.revision),
      ];
      const hurt =
        usage === undefined || change.severity === 'info' ? undefined : whoIsHurt(change, usage, base?.contract);
      return {
        ...change,
        lines: {
          ...(before === undefined ? {} : { base: before }),
          ...(after === undefined ? {} : { revision: after }),
        },
        ...(hurt === undefined ? {} : { usage: hurt.text }),
      };
    }),
  };
}

/** `parcels 1.4.0` and `parcels 2.0.0`; two of one version are told apart by their files. */
function namesOf(
  base: Contract | undefined,
  revision: Contract | undefined,
  compared: Compared,
): Pick<DiffedContracts, 'base' | 'revision'> {
  const named = (contract: Contract | undefined): string =>
    contract === undefined ? 'nothing' : `${contract.name} ${contract.version}`;
  if (named(base) !== named(revision)) return { base: named(base), revision: named(revision) };
  const placed = (contract: Contract | undefined, { prefix }: Source): string => `${prefix}${contract?.source ?? ''}`;
  return { base: placed(base, compared.base), revision: placed(revision, compared.revision) };
}

type Format = Awaited<ReturnType<typeof readOutputs>>[number]['format'];

async function render(
  input: CommandInput,
  format: Format,
  report: DiffReport,
  compared: Compared,
  comparisons: readonly Comparison[],
  redactor: Redactor,
  printed: boolean,
): Promise<string> {
  const { diffHtml, diffMarkdown, diffText } = await import('../../reports/index.ts');
  const { id } = format;
  if (id === 'json') return diffJson(report);
  if (id === 'text') return diffText(report, printed ? { colour: input.colour, ...columnsOf(input) } : {});
  if (id === 'html') return diffHtml(report);
  if (id === 'markdown') return diffMarkdown(report);
  return format.render(await asReport(input, compared, comparisons, redactor), {});
}

/** A terminal says how wide it is, a file does not care. */
function columnsOf({ stdout }: CommandInput): { readonly columns?: number } {
  return 'columns' in stdout && typeof stdout.columns === 'number' ? { columns: stdout.columns } : {};
}

/** One object, for machines: the verdict, and every change as the finding that it is. */
function diffJson({ verdict, comparisons }: DiffReport): string {
  const changes = comparisons.flatMap((each) => each.changes.map(({ lines: _lines, ...change }) => change));
  return `${JSON.stringify({ verdict, changes }, undefined, 2)}\n`;
}

/** For the formats that know only results: one a comparison. */
async function asReport(
  input: CommandInput,
  compared: Compared,
  comparisons: readonly Comparison[],
  redactor: Redactor,
): Promise<Report> {
  const { statusOf } = await import('../../contracts/index.ts');
  const { buildReport, readEnvironment } = await import('../../reports/index.ts');
  const now = new Date().toISOString();
  const results = comparisons.map(({ base, revision, changes }): Result => {
    const names = namesOf(base?.contract, revision?.contract, compared);
    const findings: readonly Change[] = changes;
    const subject = `${names.base} → ${names.revision}`;
    return { id: 'compatible', suite: 'diff', subject, status: statusOf(findings), findings, durationMs: 0 };
  });
  return buildReport({
    tool: { name: 'tallystick', version: readVersion() },
    runId: randomUUID(),
    name: compared.workspace?.config.name ?? comparisons[0]?.revision?.contract.name ?? 'diff',
    command: redactor.text(['diff', ...input.args].join(' ')),
    startedAt: now,
    finishedAt: now,
    environment: readEnvironment(),
    seeds: {},
    contracts: comparisons.flatMap(({ base, revision }) =>
      [base?.contract, revision?.contract].filter((each): each is Contract => each !== undefined),
    ),
    results,
    failOn: failOnOf(input, compared.workspace),
    redactions: redactor.count,
  });
}

async function writeFile(cwd: string, file: string, text: string): Promise<void> {
  const { TallyError, writeFileAtomically } = await import('../../contracts/index.ts');
  await writeFileAtomically(path.resolve(cwd, file), text).catch((cause: unknown) => {
    throw new TallyError({
      code: 'REPORT_UNWRITABLE',
      where: file,
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'name a file in a folder that may be written to',
      cause,
    });
  });
}
