import type { Command } from '../command.ts';
import { failOnOf, REPORT_OPTIONS, withSession } from '../session.ts';

/** `tally check`: the static gates, without a network and without a server. */
export const check: Command = {
  id: 'check',
  summary: 'Static gates: contracts parse, lint clean, match their examples, and their versions follow from each other',
  usage: '[PATH…]',
  examples: [
    { command: 'tally check', summary: 'every contract of this workspace' },
    { command: 'tally check openapi.yaml', summary: 'one document' },
    { command: 'tally check openapi.yaml --format junit=check.xml --fail-on warning', summary: 'in CI' },
    { command: 'tally check --release', summary: 'record in contracts/releases.json what may not change any more' },
  ],
  options: {
    ...REPORT_OPTIONS,
    release: {
      type: 'boolean',
      summary: 'When everything passes, record the contracts as released: they may not change any more',
    },
  },
  arguments: [0, 1000],
  run: async (input) => {
    const { checkContracts, openForCheck, releaseContracts } = await import('../../contracts/index.ts');
    // A release records what the contracts hold: they have to be read.
    const open = input.flags.boolean('release') ? {} : { open: openForCheck };
    return await withSession(input, { command: 'check', paths: input.args, ...open }, async (context, emitted) => {
      await checkContracts(context);
      if (!input.flags.boolean('release')) return;
      await releaseContracts(context, emitted, failOnOf(input, context.workspace));
    });
  },
};
