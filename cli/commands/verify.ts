import type { Command, CommandInput } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';
import { HEADER_OPTION, headerFlags, urlFlag } from '../target-flags.ts';

/** Written out, because the suites are loaded only when the verb runs. */
const SUITES = ['connectivity', 'consumer', 'provider', 'conformance', 'failure-modes', 'files', 'webhooks'] as const;

/** `tally verify`: does the provider do, and do the consumers expect, what the contracts say. */
export const verify: Command = {
  id: 'verify',
  summary: 'Provider and consumer suites, connectivity, files and webhooks',
  usage: '[DOCUMENT] [--url URL]',
  examples: [
    { command: 'tally verify', summary: 'everything this workspace has contracts for' },
    {
      command: 'tally verify openapi.yaml --url http://127.0.0.1:8080',
      summary: 'a running server against one document',
    },
    { command: 'tally verify --suite conformance --suite webhooks', summary: 'two suites of this workspace' },
    {
      command: "tally verify openapi.yaml --url https://api.example.com --header 'Authorization: Bearer env:TOKEN'",
      summary: 'with a token from the environment',
    },
  ],
  options: {
    ...REPORT_OPTIONS,
    url: {
      type: 'string',
      value: 'URL',
      summary: 'Base URL of the server to verify; only safe methods are sent to it',
    },
    suite: { type: 'string', multiple: true, value: 'SUITE', choices: SUITES, summary: 'Run this suite only' },
    writes: { type: 'boolean', summary: 'Send operations that change data to --url as well' },
    'update-pacts': { type: 'boolean', summary: "Write the consumers' pacts into contracts/pacts" },
    credential: { type: 'string', value: 'NAME', summary: 'Credential of tally.yaml to use' },
    header: HEADER_OPTION,
  },
  arguments: [0, 1],
  run: async (input) => {
    const url = await urlFlag(input);
    const credentials = await headerFlags(input);
    const options = { command: 'verify', paths: input.args, credentials, next: 'tally load' };
    return await withSession(input, options, async (context) => {
      const { runVerify } = await import('../../suites/index.ts');
      await runVerify(context, { ...optionsOf(input, url), headers: Object.keys(credentials) });
    });
  },
};

function optionsOf({ flags }: CommandInput, url: string | undefined) {
  const credential = flags.string('credential');
  const suites = SUITES.filter((suite) => flags.strings('suite').includes(suite));
  return {
    ...(url === undefined ? {} : { url }),
    ...(credential === undefined ? {} : { credential }),
    ...(suites.length === 0 ? {} : { suites }),
    writes: flags.boolean('writes'),
    updatePacts: flags.boolean('update-pacts'),
  };
}
