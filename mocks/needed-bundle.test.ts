import { describe, expect, test } from '@jest/globals';
import { neededBundle } from './needed-bundle.ts';

const node = { properties: { next: { $ref: '#/__bundled__/node' }, leaf: { $ref: '#/__bundled__/leaf/items' } } };
const leaf = { items: { type: 'string' } };
const answer = { properties: { node: { $ref: '#/__bundled__/node' } } };

describe('the part of a bundle that a schema needs', () => {
  test('is what it refers to, and what that refers to', () => {
    const schema = { properties: { first: { $ref: '#/__bundled__/node' } } };
    expect(neededBundle(schema, { answer, leaf, node })).toEqual({ leaf, node });
  });

  test('is nothing for a schema without references', () => {
    expect(neededBundle({ type: 'object' }, { answer, leaf, node })).toEqual({});
  });

  test('is all of it when an anchor anywhere may be meant', () => {
    const bundle = { answer, node, leaf: { ...leaf, $anchor: 'leaf' } };
    expect(neededBundle({ type: 'object' }, bundle)).toBe(bundle);
  });

  test('is all of it when a reference cannot be followed', () => {
    const bundle = { node };
    expect(neededBundle({ $ref: '#/__bundled__/no~1de' }, bundle)).toBe(bundle);
  });
});
