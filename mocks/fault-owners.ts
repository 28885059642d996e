import type { RunContext } from '../contracts/index.ts';
import { credentialDigest } from './fault-consumer.ts';
import type { FaultRule } from './fault-rule.ts';

/**
 * Whose credential is whose, for the credentials of `tally.yaml` that rules name as their consumer. Of OAuth2 it is the
 * token that is sent, and nobody knows it before it is issued.
 *
 * @throws TallyError of `Credentials.secret`
 */
export async function ownersOf(
  { credentials, workspace }: Pick<RunContext, 'credentials' | 'workspace'>,
  rules: readonly FaultRule[],
): Promise<(credential: string) => string | undefined> {
  const owners = new Map<string, string>();
  for (const { consumer } of rules) {
    if (consumer === undefined || !Object.hasOwn(workspace.config.credentials, consumer)) continue;
    const config = workspace.config.credentials[consumer];
    if (config === undefined || config.type === 'oauth2' || config.type === 'webhook') continue;
    const secret = await credentials.secret(consumer);
    const sent = {
      apiKey: secret,
      bearer: `Bearer ${secret}`,
      basic: `Basic ${Buffer.from(`${config.type === 'basic' ? config.username : ''}:${secret}`).toString('base64')}`,
    };
    owners.set(credentialDigest(sent[config.type]), consumer);
  }
  return (credential) => owners.get(credential);
}
