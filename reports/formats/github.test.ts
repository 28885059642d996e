import { describe, expect, test } from '@jest/globals';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import type { Report } from '../report.ts';
import { github } from './github.ts';

function commandsOf(report: Report, folder?: string): readonly string[] {
  const text = github.render(report, folder === undefined ? {} : { folder });
  return text.split('\n').filter((line) => line.startsWith('::'));
}

function withFindings(...findings: readonly Parameters<typeof findingOf>[0][]): Report {
  return reportOf([resultOf({ status: 'failed', findings: findings.map((finding) => findingOf(finding)) })]);
}

describe('GitHub annotations', () => {
  test('escape what would end a property or a line', () => {
    const where = { source: 'a,b:c%.yaml', pointer: '', line: 3, column: 4 };
    expect(commandsOf(withFindings({ code: 'x', message: '50% of\r\na, b: c', where, operationId: 'a,b' }))).toEqual([
      '::error file=a%2Cb%3Ac%25.yaml,line=3,col=4,title=x (a%2Cb)::50%25 of%0Aa, b: c',
    ]);
  });

  test('carry the line of the other file', () => {
    const related = [{ source: 'openapi.yaml', pointer: '', line: 9, column: 1 }];
    const where = { source: 'pact.json', pointer: '', line: 3, column: 4 };
    expect(commandsOf(withFindings({ code: 'x', message: 'gone', fix: 'keep it', where, related }))).toEqual([
      '::error file=pact.json,line=3,col=4,title=x::gone%0Akeep it%0Asee openapi.yaml:9:1',
    ]);
  });

  test('are at most ten of a kind, the worst first, and the last one counts what is hidden', () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ severity: 'warning' as const, message: `w${at}` }));
    const commands = commandsOf(withFindings(...many, { message: 'e' }));
    expect(commands).toHaveLength(11);
    expect(commands[0]).toMatch(/^::error .*::e$/);
    expect(commands[9]).toMatch(/::w8$/);
    expect(commands[10]).toBe(
      '::warning title=3 more::and 3 more warnings: GitHub shows ten of a step; see the step summary or the other reports',
    );
  });

  test('ten of a kind are all shown', () => {
    expect(commandsOf(withFindings(...Array.from({ length: 10 }, (_, at) => ({ message: `e${at}` })))).at(-1)).toMatch(
      /::e9$/,
    );
  });

  test('say what could not run, on the line it names', () => {
    const error = {
      code: 'CONTRACT_UNREADABLE',
      where: 'a/openapi.yaml:3:1',
      why: 'no YAML',
      fix: 'correct it',
      exitCode: 2 as const,
    };
    const report = reportOf([resultOf({ id: 'parses', subject: 'a', status: 'errored', reason: 'no YAML', error })]);
    expect(commandsOf(report, 'services')).toEqual([
      '::error file=services/a/openapi.yaml,line=3,col=1,title=CONTRACT_UNREADABLE::a · parses: no YAML%0Acorrect it',
    ]);
  });

  test('obey no command that a contract hides in its text', () => {
    const report = reportOf([resultOf({ status: 'skipped', reason: '\n::set-env name=A::b\n##[error]no' })], {
      name: '::stop-commands::x',
    });
    const text = github.render(report, {});
    expect(text.split('\n').filter((line) => line.trimStart().startsWith('::'))).toEqual([]);
    expect(text).not.toContain('##[');
  });
});
