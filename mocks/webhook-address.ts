import { BlockList, isIP } from 'node:net';
import { TallyError } from '../contracts/index.ts';

/** Where webhooks may go: this machine, and what the operator allows. Anybody may be able to name an address (SSRF). */
export interface AddressRules {
  /** @returns why nothing is sent to this address */
  readonly refusal: (address: string) => string | undefined;
}

/** All addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** The address that was checked, which is the one to connect to: the name may lead elsewhere a moment later. */
export type CheckedTarget = { readonly url: URL; readonly address: string } | { readonly refused: string };

/**
 * Nobody can allow these: what a machine tells only itself (metadata of clouds), everybody, nobody, and what is an IPv4
 * address in disguise.
 */
const NEVER = {
  ipv4: ['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ipv6: ['64:ff9b::/96', '64:ff9b:1::/48', '2001::/32', '2002::/16', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128'],
};
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/**
 * @param allow addresses (`10.0.0.7`) and ranges (`10.0.0.0/8`, `fd00::/8`) beside loopback
 * @throws TallyError WEBHOOK_RANGE_INVALID
 */
export function openAddressRules(allow: readonly string[]): AddressRules {
  const [allowed, never] = [rangesOf([...LOOPBACK, ...allow]), rangesOf([...NEVER.ipv4, ...NEVER.ipv6])];
  return {
    refusal: (address) => {
      const family = isIP(address);
      if (family === 0) return `${address} is no address`;
      if (never(address) || (family === 6 && isIpv4InIpv6(address)))
        return `${address} is of a kind that nothing is sent to`;
      return allowed(address) ? undefined : `${address} is neither this machine nor allowed`;
    },
  };
}

/** One list a family: Node holds an IPv4 rule against IPv6 addresses too. */
function rangesOf(ranges: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const [, address = '', prefix] = /^([\d.]+|[\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(range) ?? [];
    const family = isIP(address);
    const bits = family === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (family === 0 || length > bits) throw rangeInvalid(range);
    const type = family === 4 ? 'ipv4' : 'ipv6';
    lists[type].addSubnet(address, length, type);
  }
  return (address) => (isIP(address) === 4 ? lists.ipv4.check(address, 'ipv4') : lists.ipv6.check(address, 'ipv6'));
}

/** `::ffff:a.b.c.d` and the older `::a.b.c.d`, in whatever spelling. */
function isIpv4InIpv6(address: string): boolean {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/s, '')}]`);
  return hostname.startsWith('[::ffff:') || /^\[::(?!1\])[\da-f:]*\]$/.test(hostname);
}

/** Without asking for any name: what an address says by itself. */
export function readTarget(text: string): { readonly url: URL } | { readonly refused: string } {
  const [, written = ''] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? [];
  if (written === '' || /[\s\\]/.test(text) || !URL.canParse(text))
    return { refused: 'it is no absolute http or https URL' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || written.includes('@'))
    return { refused: 'it has a user name or a password in it' };
  const host = written.toLowerCase().replace(/:\d*$/, '');
  // 127.1, 2130706433, 0x7f000001, ①27.0.0.1: who writes an address that way wants it not to be seen.
  if (isAddress(url.hostname) && host !== url.hostname)
    return { refused: `${host} is another way to write ${url.hostname}` };
  return { url };
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) !== 0;
}

/** Asks for the name once; every address that it has must be one that may be called. */
export async function checkTarget(text: string, rules: AddressRules, lookup: Lookup): Promise<CheckedTarget> {
  const target = readTarget(text);
  if ('refused' in target) return target;
  const { hostname } = target.url;
  const bare = hostname.replace(/^\[|\]$/g, '');
  const addresses = isAddress(hostname) ? [bare] : await lookup(hostname);
  const refused = addresses.map((address) => rules.refusal(address)).find((reason) => reason !== undefined);
  if (refused !== undefined) return { refused };
  const [address] = addresses;
  return address === undefined ? { refused: `${hostname} has no address` } : { url: target.url, address };
}

function rangeInvalid(range: string): TallyError {
  return new TallyError({
    code: 'WEBHOOK_RANGE_INVALID',
    where: 'mock.webhooks.allow',
    why: `"${range}" is neither an IP address nor a range of them`,
    fix: 'write an address or a range: 10.0.0.7, 10.0.0.0/8, fd00::/8',
  });
}
