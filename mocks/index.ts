export { curlLine } from './curl-line.ts';
export { faults } from './faults/index.ts';
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
export { smokeMocks } from './smoke-mocks.ts';
export type { CoverageRow } from './proxy-coverage.ts';
export type { ProxyOptions } from './proxy-options.ts';
export { startProxy, type ProxyServer } from './proxy-server.ts';
