import type { CredentialConfig } from '../contracts/index.ts';
import type { CommandInput, Option } from './command.ts';

/** The flag of every verb that sends requests to a server. */
export const HEADER_OPTION: Option = {
  type: 'string',
  multiple: true,
  value: "'NAME: REFERENCE'",
  summary: 'Header with a secret: env:NAME, file:path or command:…, after Bearer if need be',
};

/** `--url`, checked before anything is opened or started. @throws TallyError URL_INVALID */
export async function urlFlag({ flags }: CommandInput): Promise<string | undefined> {
  const url = flags.string('url');
  if (url === undefined) return undefined;
  const { targetUrl } = await import('../contracts/index.ts');
  targetUrl(url);
  return url;
}

/** The credentials that `--header` names, by a name of their own each. @throws TallyError HEADER_NOT_A_REFERENCE */
export async function headerFlags({ flags }: CommandInput): Promise<Readonly<Record<string, CredentialConfig>>> {
  const credentials = await Promise.all(flags.strings('header').map(parseHeader));
  return Object.fromEntries(credentials.map((credential, index) => [`--header ${index + 1}`, credential]));
}

/** A command line is read by every user of the machine: the secret itself is not taken from it. */
async function parseHeader(flag: string): Promise<CredentialConfig> {
  const [, header, bearer, from] = /^\s*([\w-]+)\s*:\s*(Bearer\s+)?((?:env|file|command):.+?)\s*$/i.exec(flag) ?? [];
  if (header !== undefined && from !== undefined) {
    return bearer === undefined ? { type: 'apiKey', header, value: { from } } : { type: 'bearer', value: { from } };
  }
  const { TallyError } = await import('../contracts/index.ts');
  throw new TallyError({
    code: 'HEADER_NOT_A_REFERENCE',
    // The value may be the secret: only the name is repeated.
    where: `--header ${/^\s*([\w-]{1,40})\s*:/.exec(flag)?.[1] ?? '…'}`,
    why: 'its value is not taken from the command line, where every user of the machine can read it',
    fix: "name where it is kept: --header 'X-Api-Key: env:API_KEY' or --header 'Authorization: Bearer file:token.txt'",
  });
}
