import type { RunContext } from '../../contracts/index.ts';
import type { Command } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';

/** Written by every run, relative to the workspace. */
const OUTPUTS = [
  { format: 'json', path: 'reports/out/report.json' },
  { format: 'html', path: 'reports/out/index.html' },
  { format: 'junit', path: 'reports/out/junit.xml' },
  { format: 'markdown', path: 'reports/out/summary.md' },
];

/** `tally run`: check, mock, verify and load, in this order, one report. */
export const run: Command = {
  id: 'run',
  summary: 'All of it, in order, one report',
  usage: '[WORKSPACE]',
  examples: [
    { command: 'tally run', summary: 'checks, mocks, verification and load of this workspace' },
    { command: 'tally run --skip load', summary: 'without the load test' },
  ],
  options: {
    ...REPORT_OPTIONS,
    skip: {
      type: 'string',
      multiple: true,
      value: 'STEP',
      choices: ['check', 'mock', 'verify', 'load'],
      summary: 'Leave a step out',
    },
  },
  arguments: [0, 1],
  run: async (input) => {
    const skipped = input.flags.strings('skip');
    const options = { command: 'run', paths: input.args, outputs: OUTPUTS, page: 'reports/out/index.html' };
    return await withSession(input, options, async (context) => {
      for (const [step, work] of STEPS) {
        if (skipped.includes(step) || context.signal.aborted) continue;
        context.log.info(`${step} …`);
        await work(context);
      }
    });
  },
};

const STEPS: readonly (readonly [step: string, work: (context: RunContext) => Promise<void>])[] = [
  ['check', runChecks],
  ['mock', runMocks],
  ['verify', runVerification],
  ['load', runLoadTests],
];

async function runChecks(context: RunContext): Promise<void> {
  const { checkContracts } = await import('../../contracts/index.ts');
  await checkContracts(context);
}

/** The mocks are started and each operation is asked once, so that partners never find a mock that was never tried. */
async function runMocks(context: RunContext): Promise<void> {
  const { MOCK_DEFAULTS, smokeMocks, startMocks } = await import('../../mocks/index.ts');
  const server = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, verboseLevel: 'silent' });
  try {
    await smokeMocks(context, server);
  } finally {
    await server.close();
  }
}

async function runVerification(context: RunContext): Promise<void> {
  const { runVerify } = await import('../../suites/index.ts');
  await runVerify(context, {});
}

async function runLoadTests(context: RunContext): Promise<void> {
  if (!context.workspace.config.load.enabled) return;
  const { runLoads } = await import('../run-loads.ts');
  await runLoads(context);
}
