import {
  essenceOf,
  locate,
  schemaValidator,
  standardWebhooks,
  type Contract,
  type Finding,
  type Json,
  type Message,
  type Redactor,
  type SchemaProblem,
} from '../contracts/index.ts';
import { utf8 } from './send-request.ts';
import { exchangeOf, type Delivery, type WebhookReceiver } from './webhook-receiver.ts';

/** What the contract promises of a delivery, and where it would come in. */
export interface Expected {
  readonly root: string;
  readonly redactor: Redactor;
  readonly contract: Contract;
  /** Those that the operation triggers; a delivery has to be one of them. */
  readonly messages: readonly Message[];
  readonly receiver: WebhookReceiver;
  readonly secret: string;
}

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
const CLOCK_S = 5;

/** X01: a signed POST. The first header that is missing is enough: without it nothing can be verified. */
export function deliverySigned(expected: Expected, delivery: Delivery): readonly Finding[] {
  const { method, headers } = delivery;
  const findings: Finding[] = [];
  if (method !== 'POST')
    findings.push(finding(expected, delivery, 'webhook-method', `it is sent by ${method}`, 'POST', method));
  const contentType = essenceOf(headers['content-type']);
  const wanted = expected.messages[0]?.contentType ?? 'application/json';
  if (contentType !== essenceOf(wanted)) {
    findings.push(
      finding(
        expected,
        delivery,
        'webhook-content-type',
        `its Content-Type is ${contentType || 'missing'}`,
        wanted,
        contentType || null,
      ),
    );
  }
  const missing = HEADERS.filter((name) => !headers[name]);
  for (const name of missing)
    findings.push(finding(expected, delivery, 'webhook-header-missing', `it has no header ${name}`, name, null));
  if (missing.length === 0) findings.push(...signatureOf(expected, delivery, 'webhook-signature-invalid'));
  return findings;
}

function signatureOf(expected: Expected, delivery: Delivery, code: string): readonly Finding[] {
  const { headers, bytes, receivedAtMs } = delivery;
  // How far the clock is off has a finding of its own: here any time is good that was signed.
  const toleranceS = Number.MAX_SAFE_INTEGER;
  const verdict = standardWebhooks.verify({
    headers,
    body: bytes,
    secrets: [expected.secret],
    nowS: receivedAtMs / 1000,
    toleranceS,
  });
  if (verdict.valid) return [];
  const message = `its signature does not verify over the bytes received: ${verdict.reason}`;
  return [
    finding(
      expected,
      delivery,
      code,
      message,
      'v1,<base64 HMAC-SHA256 of id.timestamp.body>',
      headers['webhook-signature'] ?? null,
    ),
  ];
}

/** X12: the payload of a message that the operation triggers, now, to a URL without a secret. */
export function deliveryConforms(expected: Expected, delivery: Delivery): readonly Finding[] {
  return [...clockOf(expected, delivery), ...urlOf(expected, delivery), ...payloadOf(expected, delivery)];
}

function clockOf(expected: Expected, delivery: Delivery): readonly Finding[] {
  const seconds = Number(delivery.headers['webhook-timestamp']);
  const skew = Math.abs(seconds - delivery.receivedAtMs / 1000);
  // A header that is missing is the finding of `webhook-signed`; whole seconds may be cut off, not rounded.
  if (!delivery.headers['webhook-timestamp'] || skew <= CLOCK_S + 1) return [];
  const actual = Number.isNaN(skew) ? (delivery.headers['webhook-timestamp'] ?? null) : Math.round(skew);
  return [
    finding(
      expected,
      delivery,
      'webhook-timestamp-skewed',
      `its timestamp is ${actual} s away from our clock`,
      `within ${CLOCK_S} s`,
      actual,
    ),
  ];
}

function urlOf(expected: Expected, delivery: Delivery): readonly Finding[] {
  const subscribed = new URL(expected.receiver.url).pathname;
  const shown = expected.redactor.url(new URL(delivery.url, expected.receiver.url).href);
  const secret = shown !== new URL(delivery.url, expected.receiver.url).href;
  if (secret)
    return [finding(expected, delivery, 'webhook-secret-in-url', 'its URL carries a secret', subscribed, shown)];
  if (delivery.url === subscribed) return [];
  return [finding(expected, delivery, 'webhook-url', `it is sent to ${shown}`, subscribed, shown)];
}

function payloadOf(expected: Expected, delivery: Delivery): readonly Finding[] {
  const payload = parse(delivery.bytes);
  const [message] = expected.messages;
  if (!message) return [];
  if ('why' in payload) {
    return [
      {
        ...finding(
          expected,
          delivery,
          'webhook-payload-malformed',
          `its body is no JSON: ${payload.why}`,
          'JSON',
          payload.why,
        ),
        where: place(expected, message.pointer),
      },
    ];
  }
  const problems = expected.messages.map((one) =>
    schemaValidator(expected.contract, one.pointer, 'response')(payload.value),
  );
  if (problems.some((list) => list.length === 0)) return [];
  const [closest = []] = problems.toSorted((a, b) => a.length - b.length);
  return closest.map((problem) => mismatch(expected, delivery, problem));
}

function mismatch(expected: Expected, delivery: Delivery, problem: SchemaProblem): Finding {
  const message = `${problem.instancePointer || 'the payload'} ${problem.message}`;
  return {
    ...finding(expected, delivery, 'webhook-payload-mismatch', message, problem.expected, problem.actual),
    where: place(expected, problem.schemaPointer),
    instancePointer: problem.instancePointer,
  };
}

function parse(bytes: Buffer): { readonly value: Json } | { readonly why: string } {
  const text = utf8(bytes);
  if (text === undefined) return { why: 'its bytes are no UTF-8' };
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** X02: what was refused with 500 comes again, the same event with a new signature. */
export function retried(
  expected: Expected,
  refused: Delivery,
  retry: Delivery | undefined,
  withinMs: number,
): readonly Finding[] {
  if (!retry) {
    const message = `what was answered 500 is not sent again within ${withinMs / 1000} s`;
    return [finding(expected, refused, 'webhook-not-retried', message, 'a retry', null)];
  }
  const [before, after] = [refused.headers, retry.headers];
  const findings: Finding[] = [];
  const report = (code: string, message: string, wanted: Json, actual: Json) =>
    findings.push(finding(expected, retry, code, message, wanted, actual));
  if (after['webhook-id'] !== before['webhook-id']) {
    report(
      'webhook-retry-id-changed',
      'the retry has another webhook-id',
      before['webhook-id'] ?? null,
      after['webhook-id'] ?? null,
    );
  }
  if (!retry.bytes.equals(refused.bytes))
    report('webhook-retry-body-changed', 'the retry has another body', 'the same bytes', 'other bytes');
  if (isStale(refused, retry)) {
    report(
      'webhook-retry-timestamp-old',
      'the retry has an old webhook-timestamp',
      'the time of the retry',
      after['webhook-timestamp'] ?? null,
    );
  }
  return [
    ...findings,
    ...(after['webhook-signature'] ? signatureOf(expected, retry, 'webhook-retry-signature-invalid') : []),
  ];
}

/** Whole seconds: two attempts within one second have the same. */
function isStale(refused: Delivery, retry: Delivery): boolean {
  const [before, after] = [refused, retry].map(({ headers }) => Number(headers['webhook-timestamp']));
  const passedS = (retry.receivedAtMs - refused.receivedAtMs) / 1000;
  return before === undefined || after === undefined || !(after >= before) || (after === before && passedS >= 2);
}

/** X08: what was acknowledged with 200 is not sent again. */
export function acknowledgedOnce(
  expected: Expected,
  deliveries: readonly Delivery[],
  acknowledged: Delivery,
): readonly Finding[] {
  const id = acknowledged.headers['webhook-id'];
  if (id === undefined) return [];
  const again = deliveries.filter((one) => one !== acknowledged && one.headers['webhook-id'] === id);
  const [second] = again;
  if (!second) return [];
  const message = `an event that was acknowledged with 200 is sent ${again.length + 1} times`;
  return [finding(expected, second, 'webhook-redelivered', message, 1, again.length + 1)];
}

/** Nothing came at all. */
export function notDelivered(expected: Expected, withinMs: number): Finding {
  const [message] = expected.messages;
  return {
    code: 'webhook-not-delivered',
    severity: 'error',
    message: `${message?.id ?? 'the event'} is not delivered within ${withinMs / 1000} s`,
    fix: 'look at the log of the provider',
    expected: message?.id ?? 'a delivery',
    actual: null,
    where: message?.where ?? place(expected, ''),
  };
}

function finding(
  expected: Expected,
  delivery: Delivery,
  code: string,
  message: string,
  wanted: Json,
  actual: Json,
): Finding {
  const where = expected.messages[0]?.where ?? place(expected, '');
  const exchange = expected.redactor.exchange(exchangeOf(expected.receiver, delivery));
  return { code, severity: 'error', message, expected: wanted, actual, where, exchange };
}

function place({ root, contract }: Expected, pointer: string): Finding['where'] {
  return locate(root, contract, pointer);
}
