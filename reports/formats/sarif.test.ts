import { describe, expect, test } from '@jest/globals';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import type { Report } from '../report.ts';
import { sarif } from './sarif.ts';

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
    readonly originalUriBaseIds: object;
    readonly invocations: readonly {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly {
        readonly level: string;
        readonly message: { readonly text: string };
      }[];
    }[];
    readonly results: readonly SarifResult[];
  }[];
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
      readonly region: object;
    };
  }[];
  readonly relatedLocations?: readonly {
    readonly id: number;
    readonly physicalLocation: object;
    readonly message: object;
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

function runOf(report: Report, folder?: string): Log['runs'][number] {
  const log: Log = JSON.parse(sarif.render(report, folder === undefined ? {} : { folder }));
  const [run] = log.runs;
  if (run === undefined) throw new Error('a log without a run');
  return run;
}

const WHERE = {
  source: 'contracts/pacts/checkout parcels.json',
  pointer: '/interactions/3/response',
  line: 40,
  column: 5,
};
const CONTRACT = { source: 'contracts/apis/parcels/2.0.0/openapi.yaml', pointer: '/paths', line: 7, column: 3 };

describe('SARIF', () => {
  test('names rule, level, place and the line of the other file', () => {
    const finding = findingOf({
      code: 'pact-response-property-unknown',
      message: 'gone',
      fix: 'keep it',
      where: WHERE,
      related: [CONTRACT],
    });
    const run = runOf(reportOf([resultOf({ status: 'failed', findings: [finding] })]));
    expect(run.results).toEqual([
      {
        ruleId: 'pact-response-property-unknown',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'gone\nkeep it' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'contracts/pacts/checkout%20parcels.json', uriBaseId: '%SRCROOT%' },
              region: { startLine: 40, startColumn: 5 },
            },
            logicalLocations: [
              { fullyQualifiedName: 'contracts/pacts/checkout parcels.json#/interactions/3/response', kind: 'member' },
            ],
          },
        ],
        relatedLocations: [
          {
            id: 1,
            physicalLocation: {
              artifactLocation: { uri: 'contracts/apis/parcels/2.0.0/openapi.yaml', uriBaseId: '%SRCROOT%' },
              region: { startLine: 7, startColumn: 3 },
            },
            message: { text: 'contracts/apis/parcels/2.0.0/openapi.yaml:7:3' },
          },
        ],
        partialFingerprints: { 'tallystick/v1': expect.stringMatching(/^[0-9a-f]{32}:1$/) },
        properties: { suite: 'conformance', check: 'body-conforms', subject: 'getParcel' },
      },
    ]);
  });

  test('keeps a fingerprint when lines move, and tells two findings of one kind apart', () => {
    const fingerprints = (line: number, index: number): readonly string[] => {
      const where = { ...WHERE, line, pointer: `/interactions/${index}/response` };
      const findings = [findingOf({ where }), findingOf({ where }), findingOf({ where, message: 'another' })];
      return runOf(reportOf([resultOf({ status: 'failed', findings })])).results.map(
        ({ partialFingerprints }) => partialFingerprints['tallystick/v1'] ?? '',
      );
    };
    expect(fingerprints(90, 8)).toEqual(fingerprints(40, 3));
    expect(new Set(fingerprints(40, 3)).size).toBe(3);
  });

  test('lists every rule once, and each result points at its own', () => {
    const findings = ['b', 'a', 'b'].map((code) => findingOf({ code, severity: code === 'a' ? 'info' : 'warning' }));
    const run = runOf(reportOf([resultOf({ status: 'warned', findings })]));
    expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(
      run.results.map(({ ruleId, ruleIndex, level }) => [ruleId, run.tool.driver.rules[ruleIndex]?.id, level]),
    ).toEqual([
      ['b', 'b', 'warning'],
      ['b', 'b', 'warning'],
      ['a', 'a', 'note'],
    ]);
  });

  test('says in a notification what was skipped or broke off', () => {
    const error = { code: 'LINT_FAILED', where: 'a.yaml', why: 'it ended', fix: 'run again', exitCode: 3 as const };
    const { invocations } = runOf(
      reportOf([
        resultOf({ status: 'skipped', reason: 'nothing to do' }),
        resultOf({ subject: 'a', status: 'errored', reason: 'a.yaml: it ended', error }),
      ]),
    );
    expect(invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: 'note', message: { text: 'conformance · getParcel · body-conforms: skipped, nothing to do' } },
          {
            level: 'error',
            message: { text: 'conformance · a · body-conforms: errored, a.yaml: it ended\nLINT_FAILED: run again' },
          },
        ],
      },
    ]);
  });

  test('places a workspace within its repository, and leaves what lies outside absolute', () => {
    const findings = [findingOf({ where: CONTRACT }), findingOf({ where: { ...CONTRACT, source: '/srv/other.yaml' } })];
    const { results } = runOf(reportOf([resultOf({ status: 'failed', findings })]), 'services/parcels');
    expect(results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation)).toEqual([
      { uri: 'services/parcels/contracts/apis/parcels/2.0.0/openapi.yaml', uriBaseId: '%SRCROOT%' },
      { uri: 'file:///srv/other.yaml' },
    ]);
  });

  test('lets no text of a contract become a link', () => {
    const { results } = runOf(
      reportOf([resultOf({ status: 'failed', findings: [findingOf({ message: 'see [this](1), a[0]' })] })]),
    );
    expect(results[0]?.message.text).toBe('see \\[this](1), a[0]');
  });
});
