export { curlLine } from './curl-line.ts';
export type { Fault, FaultOption } from './fault.ts';
export type { FaultRule } from './fault-rule.ts';
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
  type TlsOptions,
  type VerboseLevel,
} from './mock-options.ts';
export { startMocks, type MockServer, type MockService } from './mock-server.ts';
export { smokeMocks } from './smoke-mocks.ts';
