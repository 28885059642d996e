import { describe, expect, test } from '@jest/globals';
import { judgeImports } from './import-rules.ts';

const from = (file: string, to: string) => ({ from: file, to, line: 3 });

describe('the house rules on imports', () => {
  test('an arrow that the house has is left alone', () => {
    expect(
      judgeImports([
        from('mocks/journal.ts', 'contracts/index.ts'),
        from('cli/commands/run.ts', 'load/index.ts'),
        from('contracts/kinds/index.ts', 'contracts/kinds/openapi.ts'),
        from('contracts/kinds/openapi.ts', 'contracts/model.ts'),
        from('contracts/kinds/openapi.test.ts', 'contracts/kinds/openapi.ts'),
      ]),
    ).toEqual([]);
  });

  test('reports a wrong arrow', () => {
    expect(judgeImports([from('suites/verify.ts', 'load/index.ts')])).toEqual([
      'suites/verify.ts:3  suites must not import load (load/index.ts)',
    ]);
    expect(judgeImports([from('contracts/model.ts', 'mocks/index.ts')])).toHaveLength(1);
    expect(judgeImports([from('reports/report.ts', 'cli/index.ts')])).toHaveLength(1);
  });

  test('reports a side door into a room', () => {
    expect(judgeImports([from('mocks/journal.ts', 'contracts/redact.ts')])).toEqual([
      'mocks/journal.ts:3  enter contracts through its index.ts, not contracts/redact.ts',
    ]);
  });

  test('reports plugins that know each other, and leaves the parts of one plugin alone', () => {
    const list = ['html', 'text'].map((name) => from('reports/formats/index.ts', `reports/formats/${name}.ts`));
    expect(
      judgeImports([
        ...list,
        from('reports/formats/html.ts', 'reports/formats/text.ts'),
        from('reports/formats/html-charts.ts', 'reports/formats/html-style.ts'),
      ]),
    ).toEqual(['reports/formats/html.ts:3  a plugin must not import its sibling reports/formats/text.ts']);
  });

  test('reports a ring once, whichever file it is entered from', () => {
    const ring = [from('load/b.ts', 'load/c.ts'), from('load/c.ts', 'load/a.ts'), from('load/a.ts', 'load/b.ts')];
    expect(judgeImports([...ring, from('load/x.ts', 'load/b.ts')])).toEqual([
      'ring: load/a.ts -> load/b.ts -> load/c.ts -> load/a.ts',
    ]);
  });
});
