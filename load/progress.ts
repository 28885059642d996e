/** How far a load is, once a second. */
export interface LoadProgress {
  readonly elapsedS: number;
  readonly totalS: number;
  readonly warmingUp: boolean;
  /** Of the last whole second. */
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  /** Since measuring began. */
  readonly errors: number;
}

/** The line a person watches. */
export function progressLine(title: string, progress: LoadProgress): string {
  const time = `${progress.elapsedS.toFixed(0)} of ${progress.totalS} s`;
  if (progress.warmingUp) return `${title}  ${time}  warming up`;
  const rate = `${progress.requestsPerSecond} requests/s`;
  return `${title}  ${time}  ${rate}  p99 ${progress.p99Ms.toFixed(1)} ms  ${progress.errors} errors`;
}
