import type { Contract, CredentialConfig, Operation, RunContext, SecurityScheme } from '../contracts/index.ts';

/** How requests to one provider are authorised. */
export interface Authorization {
  /** The credential that is used wherever it fits, by name in `tally.yaml`. */
  readonly credential?: string;
  /** Credentials that are sent with every request, whatever the contract says: those of `--header`. */
  readonly always?: readonly string[];
}

/**
 * The names of the credentials that one of the operation's security alternatives asks for; undefined when nothing that
 * is configured satisfies any of them.
 */
export function credentialsFor(
  context: RunContext,
  contract: Contract,
  operation: Operation,
  authorization: Authorization,
): readonly string[] | undefined {
  const always = authorization.always ?? [];
  if (operation.security.length === 0) return always;
  const configured = namesInOrder(context, authorization.credential);
  for (const alternative of operation.security) {
    const names = Object.keys(alternative).map((scheme) =>
      fitting(context, configured, contract.securitySchemes[scheme]),
    );
    if (names.every((name) => name !== undefined)) return [...new Set([...names, ...always])];
  }
  if (authorization.credential !== undefined) return [authorization.credential, ...always];
  return always.length > 0 ? always : undefined;
}

/** The headers of several credentials together. @throws TallyError CREDENTIAL_NOT_SET, TOKEN_REFUSED … */
export async function headersOf(
  context: RunContext,
  names: readonly string[],
  origin: string,
): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {};
  for (const name of names) Object.assign(all, await context.credentials.authorize(name, origin));
  return all;
}

function namesInOrder(context: RunContext, preferred: string | undefined): readonly string[] {
  const others = Object.keys(context.workspace.config.credentials).filter((name) => name !== preferred);
  return preferred === undefined ? others : [preferred, ...others];
}

function fitting(
  context: RunContext,
  names: readonly string[],
  scheme: SecurityScheme | undefined,
): string | undefined {
  return names.find((name) => fits(context.workspace.config.credentials[name], scheme));
}

function fits(credential: CredentialConfig | undefined, scheme: SecurityScheme | undefined): boolean {
  if (!credential || !scheme) return false;
  if (scheme.type === 'apiKey') {
    return (
      scheme.in === 'header' &&
      credential.type === 'apiKey' &&
      credential.header.toLowerCase() === scheme.name.toLowerCase()
    );
  }
  if (scheme.type === 'http' && scheme.scheme.toLowerCase() === 'basic') return credential.type === 'basic';
  if (scheme.type === 'mutualTLS') return false;
  return credential.type === 'oauth2' || credential.type === 'bearer';
}
