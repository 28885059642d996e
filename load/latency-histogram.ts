import hdr, { type Histogram } from 'hdr-histogram-js';

const HIGHEST_US = 3.6e9;

/** Latencies of one kind of request: an HdrHistogram in µs, 1 to 3.6e9, 3 digits. Asked in ms. */
export class LatencyHistogram {
  readonly histogram: Histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    bitBucketSize: 32,
  });
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;
  #sumMs = 0;
  #squaresMs = 0;

  record(latencyMs: number): void {
    this.histogram.recordValue(Math.min(HIGHEST_US, Math.max(1, Math.round(latencyMs * 1000))));
    this.#minMs = Math.min(this.#minMs, latencyMs);
    this.#maxMs = Math.max(this.#maxMs, latencyMs);
    this.#sumMs += latencyMs;
    this.#squaresMs += latencyMs ** 2;
  }

  get n(): number {
    return this.histogram.totalCount;
  }

  /** Exact, unlike the histogram's. */
  get maxMs(): number {
    return this.#maxMs;
  }

  get minMs(): number {
    return this.n === 0 ? 0 : this.#minMs;
  }

  get meanMs(): number {
    return this.n === 0 ? 0 : this.#sumMs / this.n;
  }

  /** Of the sample: n − 1. */
  get deviationMs(): number {
    if (this.n < 2) return 0;
    return Math.sqrt(Math.max(0, (this.#squaresMs - this.n * this.meanMs ** 2) / (this.n - 1)));
  }

  /** Nearest rank: the smallest value that at least this percentage of the values do not exceed. */
  percentileMs(percent: number): number {
    // The tolerance keeps 99 % of 1000 at rank 990, which floating point makes 990.0000000000001.
    return this.atRankMs(Math.ceil((percent / 100) * this.n - 1e-9));
  }

  /** The value at a rank, 1-based, within the histogram's resolution; never beyond the exact minimum and maximum. */
  atRankMs(rank: number): number {
    if (this.n === 0) return 0;
    const valueUs = this.histogram.getValueAtPercentile((100 * Math.min(this.n, Math.max(1, rank))) / this.n);
    return Math.min(this.#maxMs, Math.max(this.#minMs, valueUs / 1000));
  }

  reset(): void {
    this.histogram.reset();
    this.#minMs = Number.POSITIVE_INFINITY;
    this.#maxMs = 0;
    this.#sumMs = 0;
    this.#squaresMs = 0;
  }
}
