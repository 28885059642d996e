import type { Command } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';

/** `tally check`: the static gates, without a network and without a server. */
export const check: Command = {
  id: 'check',
  summary: 'Static gates: contracts parse, lint clean, and their examples match their schemas',
  usage: '[PATH…]',
  examples: [
    { command: 'tally check', summary: 'every contract of this workspace' },
    { command: 'tally check openapi.yaml', summary: 'one document' },
    { command: 'tally check openapi.yaml --format junit=check.xml --fail-on warning', summary: 'in CI' },
  ],
  options: REPORT_OPTIONS,
  arguments: [0, 1000],
  run: async (input) =>
    await withSession(input, { command: 'check', paths: input.args }, async (context) => {
      const { checkContracts } = await import('../../contracts/index.ts');
      await checkContracts(context);
    }),
};
