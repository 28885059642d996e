export { runConsumerSuite, type ConsumerSuiteOptions } from './consumer-suite.ts';
export { runFailureSuite } from './failure-suite.ts';
export { pactWith, type ConsumerPact } from './pact-with.ts';
export type { TestOptions } from './run-test-files.ts';
