import { expect, test } from '@jest/globals';
import { lineChart } from './chart.ts';

type Points = readonly (readonly [number, number])[];

function pathOf(points: Points): string {
  const { source } = lineChart({ title: 't', xLabel: 'second', yLabel: 'ms', series: [{ name: 'p50', points }] });
  const paths = [...source.matchAll(/class="series c0 d0"\s+d="([^"]*)"/g)].map((match) => match[1]);
  // The other is the legend's.
  return paths.find((path) => path !== 'M1 4H21') ?? 'none';
}

test('draws from the lowest to the highest tick', () => {
  expect(
    pathOf([
      [0, 0],
      [10, 100],
    ]),
  ).toBe('M54 214h0L546 34');
});

test('lifts the pen where there is no number', () => {
  expect(
    pathOf([
      [0, 0],
      [1, 4],
      [2, Number.NaN],
      [3, 4],
      [4, 4],
    ]),
  ).toBe('M54 214h0L177 34M423 34h0L546 34');
});

test('keeps the spike of a long series', () => {
  const points = Array.from({ length: 10_000 }, (_, x) => [x, x === 5_001 ? 100 : 1] as const);
  const path = pathOf(points);
  expect(path.split('L').length).toBeLessThanOrEqual(300);
  expect(path).toMatch(/L300\.\d 34/);
});

test('stands a series of nothing, of one point and of one value', () => {
  expect(pathOf([])).toBe('');
  expect(pathOf([[5, 5]])).toBe('M54 64h0');
  expect(
    pathOf([
      [1, 0],
      [2, 0],
    ]),
  ).toMatch(/^M54 214h0L\d+ 214$/);
});
