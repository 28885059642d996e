import { mkdtemp } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { formatError, TallyError } from './error.ts';
import { asTallyError } from './run-context.ts';

test('what the system refuses is told with the file, and is no defect of ours', async () => {
  const thrown: unknown = await mkdtemp('/no/such/folder/x-').catch((cause: unknown) => cause);
  expect(asTallyError(thrown)).toMatchObject({
    code: 'FILE_REFUSED',
    where: expect.stringMatching(/^\/no\/such\/folder\/x-/),
    why: 'there is no such file or folder',
    exitCode: 2,
  });
});

test('what nobody foresaw is a defect of ours, and says so', () => {
  expect(asTallyError(new TypeError('x is not a function'))).toMatchObject({
    code: 'INTERNAL',
    why: 'x is not a function',
    fix: 'run again with --debug and report the stack trace',
    exitCode: 3,
  });
});

test('a reason of several lines stays below its label', () => {
  const error = new TallyError({ code: 'A', where: 'here', why: 'one \n\n  two\n', fix: 'three' });
  expect(formatError(error)).toBe('A  here\n  why  one\n       two\n  fix  three');
});
