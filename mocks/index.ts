export { startControl, type ControlServer } from './control-api.ts';
export type { ControlList, ControlSection } from './control-section.ts';
export { curlLine } from './curl-line.ts';
export type { Delivery, Fault, FaultOption } from './fault.ts';
export type { FaultRule } from './fault-rule.ts';
export { faultAuthority } from './fault-certificates.ts';
export { credentialDigest } from './fault-consumer.ts';
export type { FaultFiring, FaultRunner } from './fault-runner.ts';
export { faultSchema } from './fault-schema.ts';
export { faults } from './faults/index.ts';
export { parseFault, readFault, type RawFault } from './parse-fault.ts';
export type { Journal } from './journal.ts';
export { toHar, type Har } from './har.ts';
export {
  MOCK_DEFAULTS,
  VERBOSE_LEVELS,
  type MockLayout,
  type MockOptions,
  type RequestLimits,
  type StateOptions,
  type TlsOptions,
  type VerboseLevel,
} from './mock-options.ts';
export { startMocks, type MockServer, type MockService } from './mock-server.ts';
export type { OpenWebhooks, WebhookTarget } from './open-webhooks.ts';
export { smokeMocks } from './smoke-mocks.ts';
export type { CoverageRow } from './proxy-coverage.ts';
export type { ProxyOptions } from './proxy-options.ts';
export { startProxy, type ProxyServer } from './proxy-server.ts';
export type { WebhookDelivery } from './webhook-endpoint.ts';
export type { WebhookSender } from './webhook-sender.ts';
