import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseFormatFlag } from '../reports/index.ts';
import { commands } from './commands/index.ts';
import { parseArguments } from './parse-arguments.ts';

const FOLDER = new URL('../docs/workflows/', import.meta.url);
const files = readdirSync(FOLDER);

/** Every text in a document, whatever it is under. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The command lines of `tally` in scripts, as words. */
function tallyLines(file: string): readonly (readonly string[])[] {
  const texts = textsIn(parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /(^|\s)npx tally /.test(line));
  return lines.map((line) => {
    const [, command = ''] = /npx tally (.*?)(?:\s+\|\|.*)?$/.exec(line) ?? [];
    return (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  });
}

test('there is a workflow for GitHub and one for GitLab', () => {
  expect(files).toEqual(['github.yml', 'gitlab.yml']);
});

describe.each(files)('the workflow %s', (file) => {
  test('checks and verifies every change, and runs all of it by night', () => {
    expect([...new Set(tallyLines(file).map(([verb]) => verb))]).toEqual(['check', 'diff', 'verify', 'run']);
  });

  test.each(tallyLines(file).map((words) => [words.join(' '), words] as const))(
    'tally %s uses only what there is',
    async (_, [verb, ...rest]) => {
      const command = commands.find(({ id }) => id === verb);
      if (command === undefined) throw new Error(`there is no verb ${verb}`);
      const { flags } = await parseArguments(command, rest);
      const formats = flags.strings('format').map((flag) => parseFormatFlag(flag));
      expect(formats.filter(({ path }) => path === undefined).length).toBeLessThanOrEqual(1);
      for (const { path } of formats) if (path !== undefined) expect(path).toMatch(/^reports\/out\//);
    },
  );

  test('keeps the cache, the reports and their SARIF', () => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    for (const needed of ['.tally/cache', 'sarif=reports/out/check.sarif', 'reports/out'])
      expect(text).toContain(needed);
  });
});
