import type { Difference, LoneOperation, Rule } from '../rule.ts';

/**
 * Requests that the API makes of its own (`webhooks`, and `x-webhooks` before OpenAPI 3.1). A client waits for them; one it
 * does not know, it has not subscribed to. Bodies and answers are judged by the other rules, the other way round.
 */
export const webhooks: Rule = {
  id: 'webhooks',
  summary: 'Webhooks removed and added',
  codes: [
    { code: 'webhook-added', severity: 'info', summary: 'there is a new webhook' },
    { code: 'webhook-removed', severity: 'error', summary: 'a webhook no longer comes' },
  ],
  judge: ({ removed, added }) => [...removed.filter(isWebhook).map(gone), ...added.filter(isWebhook).map(come)],
};

function isWebhook({ place }: LoneOperation): boolean {
  return place === 'webhook';
}

function gone(operation: LoneOperation): Difference {
  const { path, pointer } = operation.operation;
  const message = `the webhook '${path}' no longer comes`;
  return { code: 'webhook-removed', message, fix: 'keep sending it', direction: 'response', operation, base: pointer };
}

function come(operation: LoneOperation): Difference {
  const { path, pointer } = operation.operation;
  const message = `the webhook '${path}' is new`;
  return { code: 'webhook-added', message, direction: 'response', operation, revision: pointer };
}
