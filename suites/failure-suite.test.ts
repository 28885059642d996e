import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runFailureSuite } from './failure-suite.ts';
import { consumerWorkspace, type ConsumerWorkspace } from './fixtures/consumer-workspace.ts';

const open: ConsumerWorkspace[] = [];
async function workspace(name: string): Promise<ConsumerWorkspace> {
  const opened = await consumerWorkspace(name);
  open.push(opened);
  return opened;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.remove();
});

const result = { id: 'failure-test', suite: 'failure-modes' };

describe('failure-mode tests', () => {
  test('that pass are passes, in CommonJS too and with the nock that we bring', async () => {
    const { context, emitted } = await workspace('idle');
    const returned = await runFailureSuite(context);
    expect(emitted()).toEqual([{ ...result, subject: 'shop · runs as CommonJS', status: 'passed', findings: [] }]);
    expect(returned.map(({ subject }) => subject)).toEqual(['shop · runs as CommonJS']);
    expect(returned[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  test('that fail are findings without secrets, and two of one name stay apart', async () => {
    const { context, emitted } = await workspace('failing');
    await runFailureSuite(context);
    const finding = {
      code: 'failure-test-failed',
      severity: 'error',
      fix: 'make the client behave as the test says, or correct the test',
    };
    const source = 'suites/consumers/shop/stock.failure.test.ts';
    expect(emitted()).toEqual([
      {
        ...result,
        subject: 'shop · gives up in time',
        status: 'failed',
        findings: [
          {
            ...finding,
            message: 'expect(received).toBe(expected) // Object.is equality\n\nExpected: 3\nReceived: 2',
            expected: 3,
            actual: 2,
            where: { source, pointer: '', line: 4, column: 17 },
          },
        ],
      },
      {
        ...result,
        subject: 'shop · says a secret',
        status: 'failed',
        findings: [
          {
            ...finding,
            message: expect.stringMatching(/^the token was \[REDACTED:[0-9a-f]{8}\]$/),
            where: { source, pointer: '', line: 8, column: 9 },
          },
        ],
      },
      { ...result, subject: 'shop · says a secret (2)', status: 'passed', findings: [] },
    ]);
  });

  test('that do not load are errors which say why', async () => {
    const { context, emitted } = await workspace('unloadable');
    await runFailureSuite(context);
    expect(emitted().map(({ subject, status, reason }) => ({ subject, status, reason }))).toEqual([
      {
        subject: 'shop · missing.failure.test.mjs',
        status: 'errored',
        reason: expect.stringMatching(
          /^suites\/consumers\/shop\/missing.failure.test.mjs: Cannot find module '.\/no-such-client.mjs'/,
        ),
      },
      {
        subject: 'shop · syntax.failure.test.ts',
        status: 'errored',
        reason: expect.stringMatching(/^suites\/consumers\/shop\/syntax.failure.test.ts: .*Expected '}', got '<eof>'/),
      },
    ]);
  });

  test('are skipped with a reason when there are none', async () => {
    const { context, emitted } = await workspace('none');
    await runFailureSuite(context);
    const reason = 'there is no suites/consumers/<consumer>/*.failure.test.ts';
    expect(emitted()).toEqual([{ ...result, subject: 'suites/consumers', status: 'skipped', findings: [], reason }]);
  });
});

describe('a test that never ends', () => {
  test('is ended by the time limit', async () => {
    const { context, emitted } = await workspace('hanging');
    await runFailureSuite(context, { timeoutMs: 500 });
    expect(emitted()).toEqual([
      {
        ...result,
        subject: 'suites/consumers',
        status: 'errored',
        findings: [],
        reason: 'the test files under suites/consumers: they had not ended after 0.5 s',
        error: {
          code: 'JEST_TIMED_OUT',
          where: 'the test files under suites/consumers',
          why: 'they had not ended after 0.5 s',
          fix: 'look for a test that waits for ever, or raise the time limit',
          exitCode: 3,
        },
      },
    ]);
  });

  test('is ended by Ctrl-C, with all that it started', async () => {
    const { root, context, emitted, interrupt } = await workspace('hanging');
    const started = childOf(root);
    const run = runFailureSuite(context);
    const child = await started;
    interrupt();
    await run;
    expect(emitted()).toEqual([
      {
        ...result,
        subject: 'suites/consumers',
        status: 'inconclusive',
        findings: [],
        reason: 'interrupted before it ended',
      },
    ]);
    await expectGone(child);
  });
});

/** The process that the test started, once it has. */
async function childOf(root: string): Promise<number> {
  const file = join(root, 'child.pid');
  const read = async (): Promise<number> => Number(await readFile(file, 'utf8').catch(() => ''));
  return new Promise((resolve) => {
    const watcher = watch(root, { persistent: false }, () => {
      void read().then((pid) => {
        if (pid === 0) return;
        watcher.close();
        resolve(pid);
      });
    });
  });
}

/** A killed process is gone a moment later, when its new parent has noticed. */
async function expectGone(pid: number): Promise<void> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  expect(state === '' || state.includes(') Z ')).toBe(true);
}
