import type { RunContext } from '../contracts/index.ts';
import { sendRequest } from './send-request.ts';
import type { Target } from './target.ts';

/**
 * Gives a provider that we started its first data back, where it offers that beside its provider states
 * (`/_tally/states` → `POST /_tally/reset`). A provider that does not is tested as it stands.
 */
export async function resetProvider(context: RunContext, target: Target): Promise<void> {
  const { statesPath } = context.workspace.config.providers[target.apiName] ?? {};
  if (!target.startedByUs || statesPath === undefined) return;
  // A dead provider is the finding of the checks that follow, not of this preparation.
  try {
    const url = new URL('reset', new URL(statesPath, `${target.url}/`)).href;
    const { answer } = await sendRequest(context, { method: 'POST', url, headers: {} }, target);
    context.log.debug(`POST ${url}: ${answer?.status ?? 'no answer'}`);
  } catch (error) {
    context.log.debug(`the provider was not reset: ${error instanceof Error ? error.message : String(error)}`);
  }
}
