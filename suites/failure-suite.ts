import type { Result, RunContext } from '../contracts/index.ts';
import { runTestFiles, type TestOptions } from './run-test-files.ts';

/**
 * Runs the consumers' failure-mode tests (`suites/consumers/<consumer>/*.failure.test.ts`): what a client does when its
 * provider is slow, resets, answers 5xx or 429, sends a broken body or no longer takes its token.
 */
export function runFailureSuite(context: RunContext, options: TestOptions = {}): Promise<readonly Result[]> {
  const suite = {
    suite: 'failure-modes',
    id: 'failure-test',
    code: 'failure-test-failed',
    kind: 'failure',
    fix: 'make the client behave as the test says, or correct the test',
  };
  return runTestFiles(context, suite, options);
}
