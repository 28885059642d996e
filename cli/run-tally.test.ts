import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { commands } from './commands/index.ts';
import { tally as tallyIn } from './fixtures/tally.ts';

const tally = (...argv: string[]) => tallyIn(process.cwd(), argv);

describe('the command line', () => {
  test('the help lists every verb with its summary', async () => {
    const { code, stdout } = await tally('--help');
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(`${command.id.padEnd(6)}  ${command.summary}`);
  });

  test('every verb has a page of help with its examples and flags', async () => {
    for (const command of commands) {
      const { code, stdout } = await tally(command.id, '--help');
      expect(code).toBe(0);
      for (const example of command.examples) expect(stdout).toContain(example.command);
      for (const flag of Object.keys(command.options)) expect(stdout).toContain(`--${flag}`);
      expect((await tally('help', command.id)).stdout).toBe(stdout);
    }
  });

  test('the list of verbs names every file in the folder', () => {
    const files = readdirSync(new URL('commands/', import.meta.url)).filter((file) =>
      /^(?!index|.*\.test)[a-z-]+\.ts$/.test(file),
    );
    expect(commands.map((command) => `${command.id}.ts`).toSorted()).toEqual(files.toSorted());
  });

  test('an unknown verb suggests the nearest one', async () => {
    expect(await tally('lits')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'VERB_UNKNOWN  tally lits\n  why  there is no such verb\n  fix  did you mean tally list?\n',
    });
  });

  test('flags in the place of a verb have near misses, too', async () => {
    expect(await tally('--hepl')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'VERB_UNKNOWN  tally --hepl\n  why  a flag stands where a verb belongs\n  fix  did you mean tally help?\n',
    });
  });

  test('help for a verb may be asked for in each of the usual ways', async () => {
    const { stdout } = await tally('check', '--help');
    for (const argv of [
      ['help', 'check'],
      ['--help', 'check'],
      ['check', '-h'],
    ])
      expect(await tally(...argv)).toEqual({ code: 0, stdout, stderr: '' });
    expect(await tally('help', 'chekc')).toMatchObject({ code: 2, stderr: expect.stringContaining('tally check?') });
  });

  test('an error is printed without a stack trace, and with one when it is asked for', async () => {
    expect((await tally('list', '--nope')).stderr).not.toContain('    at ');
    expect((await tally('list', '--nope', '--debug')).stderr).toContain('    at ');
  });

  test('the version is the one in package.json', async () => {
    expect(await tally('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  test('list prints what the lists hold', async () => {
    const { code, stdout } = await tally('list');
    expect(code).toBe(0);
    for (const id of ['openapi', 'standard-webhooks', 'junit', 'body-conforms']) expect(stdout).toContain(`  ${id} `);
  });
});
