import type { Chart } from '../contracts/index.ts';
import type { Recorder, Second } from './recorder.ts';

/** Latency and throughput by second; none for a run shorter than two whole seconds. */
export function chartsOf({ seconds }: Pick<Recorder, 'seconds'>): readonly Chart[] {
  if (seconds.length < 2) return [];
  const line = (name: string, read: (second: Second) => number) => ({
    name,
    points: seconds.map((second) => [second.second, read(second)] as const),
  });
  return [
    {
      title: 'Latency',
      xLabel: 'second',
      yLabel: 'ms',
      series: [line('p50', ({ p50Ms }) => p50Ms), line('p95', ({ p95Ms }) => p95Ms), line('p99', ({ p99Ms }) => p99Ms)],
    },
    {
      title: 'Throughput',
      xLabel: 'second',
      yLabel: 'requests/s',
      series: [line('all operations', ({ requests }) => requests)],
    },
  ];
}
