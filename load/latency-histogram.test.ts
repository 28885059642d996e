import { expect, test } from '@jest/globals';
import { LatencyHistogram } from './latency-histogram.ts';

function histogramOf(latenciesMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs);
  return histogram;
}

test('percentiles are the nearest rank, within a thousandth', () => {
  const histogram = histogramOf(Array.from({ length: 1000 }, (_, index) => index + 1));
  for (const percent of [1, 50, 95, 99, 99.9]) {
    const truth = percent * 10;
    expect(Math.abs(histogram.percentileMs(percent) - truth) / truth).toBeLessThan(0.001);
  }
});

test('extremes, mean and deviation are exact', () => {
  const histogram = histogramOf([2.0004, 4, 4, 4, 5, 5, 7, 9.0004]);
  expect([histogram.n, histogram.minMs, histogram.maxMs]).toEqual([8, 2.0004, 9.0004]);
  expect(histogram.meanMs).toBeCloseTo(5.0001, 10);
  expect(histogram.deviationMs).toBeCloseTo(2.138, 3);
});

test('an hour is the longest it can tell, and nothing longer breaks it', () => {
  const histogram = histogramOf([2 * 3600 * 1000]);
  expect(histogram.histogram.maxValue).toBeGreaterThanOrEqual(3.6e9);
  expect(histogram.n).toBe(1);
});

test('an empty one is 0 throughout', () => {
  const histogram = histogramOf([]);
  expect([
    histogram.percentileMs(99),
    histogram.meanMs,
    histogram.minMs,
    histogram.maxMs,
    histogram.deviationMs,
  ]).toEqual([0, 0, 0, 0, 0]);
});
