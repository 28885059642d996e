/** Where a name stands: some names hold a secret only in a query or only in a header. */
export type NamePlace = 'member' | 'header' | 'query';

/**
 * Whether the value behind this name must not be written: `authorization`, `set-cookie`, `x-api-key`, `*token*`,
 * `*secret*`, `*password*` and their like in any spelling (`clientSecret`, `CLIENT_SECRET`, `client-secret`).
 *
 * Two groups are left alone on purpose, because a journal without them cannot be read and neither lets anybody in:
 * names that describe a secret (`tokenUrl`, `tokenPath`, `token_type`, `expires_in`, `secretName`), told by their last
 * word, and paging tokens (`nextPageToken`, `continuationToken`). A secret behind such a name is still caught by value
 * and by shape.
 */
export function isSecretName(name: string, place: NamePlace): boolean {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || DESCRIBES.has(last)) return false;
  // As plain data, only a header's name: `signature` is also a member of an attestation, which is there to be read.
  if ((place !== 'member' || name.includes('-')) && SIGNATURES.test(words.join('-'))) return true;
  if (place === 'query' && words.length === 1 && QUERY_ONLY.has(last)) return true;
  if (words.some((word) => PAGING.has(word)) && /tokens?$/.test(last)) return false;
  return words.some((word) => STEM.test(word)) || KEYS.test(words.join(''));
}

/** Text that holds no such part holds no secret name either: a quick look before a slow one. */
export const SECRET_NAME_HINT = /token|secret|passw|passphrase|pwd|authorization|cookie|key|sig/i;

const STEM = /(?:token|secret|password|passwd|passphrase|pwd|authorization|cookie)s?$/;
const KEYS = /(?:api|access|private|signing|encryption|shared|auth)keys?(?:value)?$/;
const SIGNATURES = /(?:^|-)signature(?:-\d+)?$/;
const QUERY_ONLY = new Set(['key', 'sig', 'code', 'auth', 'jwt', 'sas']);
const PAGING = new Set([
  'page',
  'paging',
  'next',
  'prev',
  'previous',
  'cursor',
  'continuation',
  'continue',
  'sync',
  'delta',
  'resume',
]);
const DESCRIBES = new Set(
  (
    'url uri path endpoint type types in at on until expires expiry expiration ttl count limit length size min max id ids ' +
    'name names header field policy rule rules format pattern hint required supported methods scopes scope version status ' +
    's ms seconds minutes hours days lifetime ref from source algorithm alg digest used usage remaining style description title budget'
  ).split(' '),
);

/** `X-Api-Key`, `apiKey` and `API_KEY` are all `api`, `key`. Names with other characters are no names of secrets. */
function wordsOf(name: string): readonly string[] {
  if (name.length > 128 || !/^[\w.$@[\]-]+$/.test(name)) return [];
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '' && word !== 'x');
}
