import type { Contract, Operation, SecurityScheme } from '../contracts/index.ts';

/** What satisfies a mock, which asks only whether there are credentials, never whose. */
export interface DummyCredentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Without `?`; may be empty. */
  readonly query: string;
}

const NONE: DummyCredentials = { headers: {}, query: '' };
const VALUE = 'tally-dummy';

/** Made up from the security schemes of the first alternative that a mock can check. */
export function dummyCredentials(contract: Contract, operation: Operation): DummyCredentials {
  if (operation.security.length === 0 || operation.security.some((each) => Object.keys(each).length === 0)) return NONE;
  for (const alternative of operation.security) {
    const parts = Object.keys(alternative).map((name) => partOf(contract.securitySchemes[name]));
    if (parts.every((part) => part !== undefined)) return joined(parts);
  }
  return NONE;
}

function joined(parts: readonly DummyCredentials[]): DummyCredentials {
  const cookies = parts.flatMap(({ headers }) => headers['cookie'] ?? []);
  return {
    headers: {
      ...Object.assign({}, ...parts.map(({ headers }) => headers)),
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
    },
    query: parts
      .map(({ query }) => query)
      .filter((query) => query !== '')
      .join('&'),
  };
}

function partOf(scheme: SecurityScheme | undefined): DummyCredentials | undefined {
  if (scheme?.type === 'apiKey') return apiKeyPart(scheme.in, scheme.name);
  if (scheme?.type === 'oauth2' || scheme?.type === 'openIdConnect') return authorization(`Bearer ${VALUE}`);
  return scheme?.type === 'http' ? httpPart(scheme.scheme.toLowerCase()) : undefined;
}

function apiKeyPart(place: 'header' | 'query' | 'cookie', name: string): DummyCredentials {
  if (place === 'query') return { headers: {}, query: `${encodeURIComponent(name)}=${VALUE}` };
  if (place === 'cookie') return { headers: { cookie: `${name}=${VALUE}` }, query: '' };
  return { headers: { [name.toLowerCase()]: VALUE }, query: '' };
}

/** Prism looks for these members of a digest (RFC 7616 §3.4) and for nothing in them. */
const DIGEST = 'Digest username="a", realm="a", nonce="a", uri="a", response="a"';

function httpPart(scheme: string): DummyCredentials | undefined {
  if (scheme === 'bearer') return authorization(`Bearer ${VALUE}`);
  if (scheme === 'basic') return authorization(`Basic ${Buffer.from(`tally:${VALUE}`).toString('base64')}`);
  return scheme === 'digest' ? authorization(DIGEST) : undefined;
}

function authorization(value: string): DummyCredentials {
  return { headers: { authorization: value }, query: '' };
}
