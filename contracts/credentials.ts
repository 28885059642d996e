import type { Redactor } from './redact.ts';
import type { Workspace } from './workspace.ts';

/** The one place where credentials are read. Nothing else reads a secret from the environment, a file or a command. */
export interface Credentials {
  /** The raw secret of a credential. @throws TallyError CREDENTIAL_UNKNOWN, CREDENTIAL_NOT_SET */
  secret(name: string): Promise<string>;
  /**
   * The headers that authorise a request with this credential; an OAuth2 token is fetched from `tokenUrl` (or
   * `baseUrl` + `tokenPath`) and kept until shortly before it expires.
   */
  authorize(name: string, baseUrl: string): Promise<Readonly<Record<string, string>>>;
  /** The variables that a process we start needs to know the same secrets: `env:` references by their name. */
  environment(): Promise<Readonly<Record<string, string>>>;
}

/** Every value that it resolves or fetches is told to the redactor before it is returned. */
export function openCredentials(_workspace: Workspace, _redactor: Redactor): Credentials {
  throw new Error('not built yet');
}
