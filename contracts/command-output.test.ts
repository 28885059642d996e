import { expect, test } from '@jest/globals';
import { commandOutput } from './command-output.ts';

const options = { cwd: process.cwd(), env: { PATH: process.env['PATH'], NAME: 'value' }, timeoutMs: 10_000 };
const node = `"${process.execPath}"`;

test('is what the command printed, in the folder and environment that were given', async () => {
  expect(
    await commandOutput(`${node} -p "process.env.NAME + ' ' + (process.cwd() === '${process.cwd()}')"`, options),
  ).toEqual({ output: 'value true\n' });
});

test('is none of a command that fails', async () => {
  expect(await commandOutput(`${node} -e "console.log(1); process.exit(3)"`, options)).toEqual({
    failure: 'exit',
    exitCode: 3,
  });
  expect(await commandOutput('there-is-no-such-command', options)).toEqual({ failure: 'exit', exitCode: 127 });
  expect(await commandOutput('true', { ...options, cwd: '/there/is/no/such/folder' })).toEqual({
    failure: 'not-started',
  });
});

test('is none of a command that takes too long, and its whole pipeline is gone', async () => {
  expect(await commandOutput('sleep 31.4159 | cat', { ...options, timeoutMs: 100 })).toEqual({ failure: 'timeout' });
  expect(await commandOutput('ps -eo args | grep -c "^sleep 31.4159" || true', options)).toEqual({ output: '0\n' });
});

test('is none of a command that floods', async () => {
  expect(await commandOutput('yes', options)).toEqual({ failure: 'too-much-output' });
});
