import { TallyError } from './error.ts';

/**
 * The address of a server that is to be tested: absolute, http or https, and without a password. `name` is what gave it.
 *
 * @throws TallyError URL_INVALID, which does not repeat what may be a password
 */
export function targetUrl(text: string, name = '--url'): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const shown = text.replace(/\/\/[^/?#]*@/, '//');
    throw invalid(
      `${name} ${shown}`,
      'it is no absolute http or https address',
      'give one such as http://127.0.0.1:8080/v2',
    );
  }
  if (url.username === '' && url.password === '') return url;
  const fix = "leave it out, and name where it is kept: --header 'Authorization: Bearer env:TOKEN', or tally.yaml";
  throw invalid(
    `${name} ${url.origin}`,
    'it carries a user or a password, which every user of the machine can read',
    fix,
  );
}

function invalid(where: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'URL_INVALID', where, why, fix });
}
