import { describe, expect, test } from '@jest/globals';
import { checkTarget, openAddressRules, readTarget } from './webhook-address.ts';

const rules = openAddressRules([]);
const nobody = async (): Promise<readonly string[]> => await Promise.reject(new Error('nobody may be asked'));

describe('without any permission', () => {
  test.each(['http://127.0.0.1:4020/a', 'https://127.9.9.9/', 'http://[::1]:4020/'])(
    '%s may be called',
    async (url) => {
      expect(await checkTarget(url, rules, nobody)).toMatchObject({ url: new URL(url) });
    },
  );

  test.each([
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://127.0.0.01/',
    'http://①②⑦.0.0.1/',
    'http://127%2e0.0.1/',
    'http://[0:0:0:0:0:0:0:1]/',
  ])('%s is refused: an address in another spelling', async (url) => {
    expect(await checkTarget(url, rules, nobody)).toEqual({
      refused: expect.stringMatching(/^\S+ is another way to write (127\.0\.0\.1|\[::1\])$/),
    });
  });

  test.each([
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://[fd00:ec2::254]/',
    'http://[::]/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://[fd00::1]/',
    'http://93.184.215.14/',
    'http://[2606:2800:21f::1]/',
  ])('%s is refused', async (url) => {
    const address = new URL(url).hostname.replace(/^\[|\]$/g, '');
    expect(await checkTarget(url, rules, nobody)).toEqual({ refused: expect.stringMatching(/^\S+ is /) });
    // The same from a name server.
    expect(
      await checkTarget('http://hooks.example/', rules, async () => await Promise.resolve([address])),
    ).toHaveProperty('refused');
  });

  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
    'javascript:alert(1)',
    'data:text/plain,x',
    '//127.0.0.1/',
    'http:127.0.0.1/',
    'http:\\\\127.0.0.1/',
    'http://127.0.0.1\\@10.0.0.1/',
    'http://127.0.0.1/\n',
    '',
    'hooks',
  ])('%j is refused: no URL of a web server', (url) => {
    expect(readTarget(url)).toEqual({ refused: 'it is no absolute http or https URL' });
  });

  test('a user name is refused, which may look like a host', () => {
    expect(readTarget('http://127.0.0.1@10.0.0.1/')).toEqual({ refused: 'it has a user name or a password in it' });
  });
});

describe('a name', () => {
  test('is asked for once, and every address of it is checked', async () => {
    const asked: string[] = [];
    const lookup = async (name: string): Promise<readonly string[]> => {
      asked.push(name);
      return await Promise.resolve(['127.0.0.1', '10.0.0.1']);
    };
    expect(await checkTarget('http://two.example/', rules, lookup)).toEqual({
      refused: '10.0.0.1 is neither this machine nor allowed',
    });
    expect(asked).toEqual(['two.example']);
  });

  test('without an address is refused', async () => {
    expect(await checkTarget('http://none.example/', rules, async () => await Promise.resolve([]))).toEqual({
      refused: 'none.example has no address',
    });
  });
});

describe('an operator', () => {
  test('allows addresses and ranges, and only those', async () => {
    const allowing = openAddressRules(['10.1.0.0/16', '192.0.2.7', 'fd12::/16']);
    for (const address of ['10.1.255.1', '192.0.2.7', 'fd12:1::2', '127.0.0.1'])
      expect(allowing.refusal(address)).toBeUndefined();
    for (const address of ['10.2.0.1', '192.0.2.8', 'fd13::1', '::ffff:10.1.0.1', '::ffff:a01:1'])
      expect(allowing.refusal(address)).toMatch(/ is /);
  });

  test('cannot allow what nobody may call', () => {
    const all = openAddressRules(['0.0.0.0/0', '::/0']);
    expect(all.refusal('8.8.8.8')).toBeUndefined();
    expect(all.refusal('2606:2800:21f::1')).toBeUndefined();
    for (const address of ['169.254.169.254', '0.0.0.0', '::', '::ffff:8.8.8.8', 'fe80::1%eth0'])
      expect(all.refusal(address)).toMatch(/nothing is sent to/);
  });

  test.each(['10.0.0.0/33', 'example.com', '10.0.0', 'fd00::/129', '', '10.0.0.1/'])(
    'is told that %j is no range',
    (range) => {
      expect(() => openAddressRules([range])).toThrow(
        expect.objectContaining({
          code: 'WEBHOOK_RANGE_INVALID',
          why: `"${range}" is neither an IP address nor a range of them`,
        }),
      );
    },
  );
});
