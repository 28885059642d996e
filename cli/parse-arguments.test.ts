import { describe, expect, test } from '@jest/globals';
import type { Command } from './command.ts';
import { parseArguments } from './parse-arguments.ts';

const command: Command = {
  id: 'mock',
  summary: 'Serve a mock',
  usage: '[DOCUMENT]',
  examples: [],
  options: {
    host: { type: 'string', short: 'h', summary: 'Address', default: '127.0.0.1' },
    port: { type: 'number', short: 'p', summary: 'Port', default: 4010 },
    errors: { type: 'boolean', summary: 'Errors' },
    cors: { type: 'boolean', summary: 'CORS', default: true },
    format: { type: 'string', multiple: true, summary: 'Format' },
    level: { type: 'string', choices: ['low', 'high'], summary: 'Level' },
    verboseLevel: { type: 'string', summary: 'Level' },
    ignoreExamples: { type: 'boolean', summary: 'Examples' },
    'validate-request': { type: 'boolean', summary: 'Requests', default: true },
  },
  arguments: [0, 1],
  run: () => Promise.resolve(0),
};

const parse = (...argv: string[]) => parseArguments(command, argv);
const failure = async (...argv: string[]): Promise<unknown> =>
  await parse(...argv).then(
    () => 'accepted',
    (error: unknown) => error,
  );

describe('arguments of a verb', () => {
  test('flags, short flags, negations and defaults are read as the verb declares them', async () => {
    const { args, flags } = await parse('a.yaml', '-p', '5000', '-h', '0.0.0.0', '--errors', '--no-cors');
    expect(args).toEqual(['a.yaml']);
    expect([flags.number('port'), flags.string('host')]).toEqual([5000, '0.0.0.0']);
    expect([flags.boolean('errors'), flags.boolean('cors')]).toEqual([true, false]);
    const defaults = (await parse()).flags;
    expect([defaults.number('port'), defaults.boolean('cors'), defaults.boolean('errors')]).toEqual([
      4010,
      true,
      false,
    ]);
  });

  test('a switch takes true and false after an equals sign', async () => {
    expect((await parse('--cors=false')).flags.boolean('cors')).toBe(false);
    expect((await parse('--errors=true')).flags.boolean('errors')).toBe(true);
  });

  test('a switch takes true and false as the next word, as Prism does, and leaves other words alone', async () => {
    const { args, flags } = await parse('--cors', 'false', '--errors', 'a.yaml');
    expect([flags.boolean('cors'), flags.boolean('errors'), args]).toEqual([false, true, ['a.yaml']]);
    expect((await parse('--no-cors', 'a.yaml')).flags.boolean('cors')).toBe(false);
    expect((await parse('false')).args).toEqual(['false']);
  });

  test('a flag with capitals is taken in kebab case too', async () => {
    const { flags } = await parse('--verbose-level', 'high', '--no-ignore-examples');
    expect([flags.string('verboseLevel'), flags.boolean('ignoreExamples')]).toEqual(['high', false]);
    expect((await parse('--verbose-level=low')).flags.string('verboseLevel')).toBe('low');
  });

  test('a flag in kebab case is taken with capitals too, and a capital alone is another flag', async () => {
    const flags = (...argv: string[]) => parse(...argv).then((parsed) => parsed.flags.boolean('validate-request'));
    expect([await flags('--no-validateRequest'), await flags('--validateRequest=true')]).toEqual([false, true]);
    expect(await failure('--Validate-request')).toMatchObject({ code: 'FLAG_UNKNOWN' });
  });

  test('says which flags were given, whatever their defaults are', async () => {
    const { flags } = await parse('--cors');
    expect([flags.given('cors'), flags.given('port')]).toEqual([true, false]);
  });

  test('a repeatable flag keeps every value in order', async () => {
    expect((await parse('--format', 'text', '--format=junit=out.xml')).flags.strings('format')).toEqual([
      'text',
      'junit=out.xml',
    ]);
  });

  test('what follows -- is no flag', async () => {
    expect((await parse('--', '--port')).args).toEqual(['--port']);
  });

  test('an unknown flag suggests the nearest one', async () => {
    expect(await failure('--prot', '1')).toMatchObject({
      code: 'FLAG_UNKNOWN',
      where: 'tally mock --prot',
      fix: 'did you mean --port?',
      exitCode: 2,
    });
    expect(await failure('--constructor')).toMatchObject({ code: 'FLAG_UNKNOWN' });
    expect(await failure('--no-port')).toMatchObject({ code: 'FLAG_UNKNOWN' });
  });

  test.each([
    [['--port', 'ten'], "'ten' is no number"],
    [['--port'], 'its value is missing'],
    [['--port='], "'' is no number"],
    [['--errors=yes'], "it is a switch and takes no value, found 'yes'"],
    [['--level', 'middle'], "'middle' is none of low, high"],
    [['--host', '--errors'], 'its value is missing'],
    [['--port', '-p'], 'its value is missing'],
    [['-h'], 'its value is missing'],
  ])('a wrong value says what is wrong with it: %j', async (argv, why) => {
    expect(await failure(...argv)).toMatchObject({ code: 'FLAG_VALUE', why, exitCode: 2 });
  });

  test('a near miss of a choice is suggested', async () => {
    expect(await failure('--level', 'hihg')).toMatchObject({ code: 'FLAG_VALUE', fix: 'did you mean high?' });
  });

  test('a negative number, a dash alone and what follows an equals sign are values', async () => {
    expect((await parse('--port', '-1')).flags.number('port')).toBe(-1);
    expect((await parse('--format', '-')).flags.strings('format')).toEqual(['-']);
    expect((await parse('--host=--odd')).flags.string('host')).toBe('--odd');
  });

  test('an empty argument is no folder', async () => {
    expect(await failure('')).toMatchObject({ code: 'ARGUMENTS', where: "tally mock ''", why: 'an argument is empty' });
  });

  test('too many arguments are an error, but not when help is asked for', async () => {
    expect(await failure('a', 'b')).toMatchObject({ code: 'ARGUMENTS', why: 'it takes 0 to 1 arguments, found 2' });
    expect((await parse('a', 'b', '--help')).flags.boolean('help')).toBe(true);
  });
});
