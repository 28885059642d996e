import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { openWorkspace } from '../contracts/index.ts';
import { integrationDiagram } from '../reports/index.ts';
import { commands } from './commands/index.ts';
import { tally } from './fixtures/tally.ts';
import { parseArguments } from './parse-arguments.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  test('prints what tally list prints', async () => {
    const block = /<!-- tally list -->\s+```\n(?<list>[\s\S]*?)```/.exec(README)?.groups?.['list'];
    expect(block).toBe((await tally(ROOT, ['list'])).stdout);
  });

  test('has a row for every verb, with its summary', () => {
    const rows = [...README.matchAll(/^\| `tally (\S+)`\s+\| (.*?)\s*\|$/gm)].map(([, verb, summary]) => [
      verb,
      summary,
    ]);
    expect(rows).toEqual(commands.map(({ id, summary }) => [id, summary]));
  });

  test('shows only commands and flags that exist', async () => {
    const lines = [...README.matchAll(/^npx tally (?<line>.+)$/gm)].flatMap(([, line]) =>
      (line ?? '').split(' && npx tally '),
    );
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const [verb, ...argv] = line.split(' ');
      const command = commands.find(({ id }) => id === verb);
      if (command === undefined) throw new Error(`no verb ${verb}`);
      await expect(parseArguments(command, argv)).resolves.toBeDefined();
    }
  });

  test('leads to files that are there', () => {
    const links = [...README.matchAll(/\]\((?<path>[^)#]+)\)/g)].map((match) => match.groups?.['path'] ?? '');
    expect(links.length).toBeGreaterThan(4);
    for (const link of links)
      expect(() => readFileSync(new URL(`../${link.replace(/\/$/, '')}`, import.meta.url))).not.toThrow(/ENOENT/);
  });
});

test('the drawn integration is the one that the contracts describe', async () => {
  const { config, contracts } = await openWorkspace([], ROOT);
  const drawn = readFileSync(new URL(`../diagrams/integrations/${config.name}.md`, import.meta.url), 'utf8');
  expect(drawn).toBe(
    integrationDiagram(
      config.name,
      contracts.map(({ contract }) => contract),
    ),
  );
});
