import { expect, test } from '@jest/globals';
import { targetUrl } from './target-url.ts';

test('an absolute http or https address is taken as it is', () => {
  expect(targetUrl('https://api.example.com/v2').href).toBe('https://api.example.com/v2');
});

test.each(['', ' ', 'nope', 'localhost:8080', '/v2', 'http://', 'http://127.0.0.1:99999', 'ftp://host/'])(
  'what is no such address is refused: %j',
  (text) => {
    expect(() => targetUrl(text)).toThrow(
      expect.objectContaining({
        code: 'URL_INVALID',
        where: `--url ${text}`,
        why: 'it is no absolute http or https address',
        fix: 'give one such as http://127.0.0.1:8080/v2',
        exitCode: 2,
      }),
    );
  },
);

test.each(['http://ada:hunter2@127.0.0.1/', 'ftp://ada:hunter2@host/', 'http://ada:hunter2@127.0.0.1:99999/'])(
  'a password is refused and not repeated: %s',
  (text) => {
    expect(() => targetUrl(text)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
  },
);
