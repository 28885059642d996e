import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { JsonText, jsonSyntaxError } from './json-text.ts';

const TEXT = `{
  "a": [1, {"b\\"}": "x, ]"}, [ ]],
  "/paths": {"deep": {
    "é": null}}
}`;

function lineOf(keys: readonly string[]): { line: number; column: number } {
  const json = new JsonText(TEXT);
  return json.positionOf(json.offsetOf(keys));
}

describe('positions in JSON text', () => {
  test('finds the key of a member and the start of an item', () => {
    expect(lineOf(['a'])).toEqual({ line: 2, column: 3 });
    expect(lineOf(['a', '1'])).toEqual({ line: 2, column: 12 });
    expect(lineOf(['a', '1', 'b"}'])).toEqual({ line: 2, column: 13 });
    expect(lineOf(['/paths', 'deep', 'é'])).toEqual({ line: 4, column: 5 });
  });

  test('answers with the nearest parent that exists', () => {
    expect(lineOf(['/paths', 'deep', 'missing', 'more'])).toEqual({ line: 3, column: 14 });
    expect(lineOf(['a', '9'])).toEqual({ line: 2, column: 3 });
    expect(lineOf([])).toEqual({ line: 1, column: 1 });
  });

  test('finds every member of any object that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const json = new JsonText(text);
        for (const key of Object.keys(value))
          expect(text.startsWith(JSON.stringify(key), json.offsetOf([key]))).toBe(true);
      }),
    );
  });
});

describe('jsonSyntaxError', () => {
  test.each([
    ['{"a": 1,}', 8, 'a key in double quotes is expected, but "}" stands here'],
    ['[1 2]', 3, 'a comma or the closing bracket is expected, but "2" stands here'],
    ['{"a" 1}', 5, 'a colon is expected, but "1" stands here'],
    ["{'a': 1}", 1, 'a key in double quotes is expected, but "\'" stands here'],
    ['{"a": 01}', 7, 'a comma or the closing brace is expected, but "1" stands here'],
    ['{"a": [', 7, 'a value is expected, but the text ends here'],
    ['{} x', 3, 'text follows after the end of the document'],
    ['{"a": "line\nbreak"}', 6, 'a value is expected, but "\\"" stands here'],
  ])('says where and why %j is no JSON', (text, offset, why) => {
    expect(jsonSyntaxError(text)).toEqual({ offset, why });
  });

  test('agrees with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.tuple(fc.json(), fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
        ),
        (text) => {
          expect(jsonSyntaxError(text) === undefined).toBe(parses(text));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
