import { expect, test } from '@jest/globals';
import { TallyError } from '../contracts/index.ts';
import { formatNamed, formatOfFile, parseFormatFlag } from './parse-format-flag.ts';

test.each([
  ['json', { format: formatNamed('json') }],
  ['junit=out/junit.xml', { format: formatNamed('junit'), path: 'out/junit.xml' }],
  ['html=a=b.html', { format: formatNamed('html'), path: 'a=b.html' }],
  ['text=-', { format: formatNamed('text') }],
])('reads %s', (flag, expected) => {
  expect(parseFormatFlag(flag)).toEqual(expected);
});

test('suggests the format that was meant', () => {
  expect(errorOf('junti=x.xml')).toMatchObject({
    code: 'FORMAT_UNKNOWN',
    where: '--format junti',
    why: 'there is no format "junti"; there are github, html, json, junit, markdown, sarif, text',
    fix: 'did you mean junit?',
    exitCode: 2,
  });
});

test('does not guess at what is like none', () => {
  expect(errorOf('xyz')).toMatchObject({ code: 'FORMAT_UNKNOWN', fix: 'name one of these' });
});

test('asks for the file after the equals sign', () => {
  expect(errorOf('junit=')).toMatchObject({
    code: 'FORMAT_PATH_MISSING',
    fix: 'name a file, junit=report.xml, or leave the equals sign out to print it',
  });
});

test.each(['github', 'html', 'json', 'junit', 'markdown', 'sarif', 'text'])(
  'knows the file of %s by its ending',
  (id) => {
    expect(formatOfFile(`out/report.${formatNamed(id).extension}`).id).toBe(id);
  },
);

test('does not guess at a file whose ending is no format', () => {
  expect(() => formatOfFile('report.pdf')).toThrow(
    expect.objectContaining({
      code: 'FORMAT_UNKNOWN',
      where: '--output report.pdf',
      why: 'no format is written to files of this name; there are .annotations, .html, .json, .xml, .md, .sarif, .txt',
      fix: 'say which one it is: --format json=report.pdf',
    }),
  );
});

function errorOf(flag: string): unknown {
  try {
    return parseFormatFlag(flag);
  } catch (error) {
    expect(error).toBeInstanceOf(TallyError);
    return error;
  }
}
