import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { curlOf } from './curl.ts';

const request = {
  method: 'post',
  url: 'http://127.0.0.1:4010/parcels?limit=1&q=a b',
  headers: {
    'content-type': 'application/json',
    host: '127.0.0.1',
    'content-length': '9',
    authorization: '[REDACTED:5f2b9c01]',
  },
  body: `{"a":"it's $HOME \`id\`"}`,
};

test('repeats a request, without what curl sets itself', () => {
  expect(curlOf(request)).toBe(
    [
      `curl --request POST 'http://127.0.0.1:4010/parcels?limit=1&q=a b' \\`,
      `  --header 'content-type: application/json' \\`,
      `  --header 'authorization: [REDACTED:5f2b9c01]' \\`,
      `  --data-raw '{"a":"it'\\''s $HOME \`id\`"}'`,
    ].join('\n'),
  );
});

test('survives the shell: nothing in it is run', () => {
  const command = String(curlOf(request)).replace(/^curl/, 'printf "%s\\n"');
  const words = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\n');
  expect(words).toContain(request.url);
  expect(words).toContain(request.body);
});

test('has no command for bytes', () => {
  expect(curlOf({ ...request, body: 'base64:AAEC' })).toBeUndefined();
});
