import { expect, test } from '@jest/globals';
import { readTarget } from './target.ts';

test.each([
  ['http://127.0.0.1:4010/v2/', { origin: 'http://127.0.0.1:4010', basePath: '/v2' }],
  ['http://localhost:80', { origin: 'http://localhost', basePath: '' }],
  ['https://[::1]:8443/a/b', { origin: 'https://[::1]:8443', basePath: '/a/b' }],
])('%s is this machine', (url, target) => {
  expect(readTarget(url, [])).toEqual(target);
});

test.each([
  'http://127.0.0.1.example.com/',
  'http://10.0.0.1/',
  'http://localhost.example.com/',
  'http://[::2]/',
  'http://0.0.0.0/',
])('%s is not, and has to be allowed', (url) => {
  expect(() => readTarget(url, ['other.example.com'])).toThrow(
    expect.objectContaining({ code: 'LOAD_HOST_NOT_ALLOWED' }),
  );
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  expect(readTarget(url, [host]).basePath).toBe('');
});

test.each(['127.0.0.1:4010', 'ftp://127.0.0.1/', 'http://user:secret@127.0.0.1/', ''])('%s is no target', (url) => {
  expect(() => readTarget(url, [])).toThrow(
    expect.objectContaining({ code: 'URL_INVALID', message: expect.not.stringContaining('secret') }),
  );
});
