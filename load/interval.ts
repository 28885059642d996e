/** 95 %, two-sided. */
const Z = 1.959964;

/** Low and high end of a 95 % interval. */
export type Interval = readonly [low: number, high: number];

/**
 * The ranks (1-based) of the order statistics between which the percentile lies with at least 95 % confidence, whatever
 * the distribution: exact binomial. A high end beyond n means that the sample says nothing upwards.
 */
export function percentileRanks(n: number, share: number): Interval {
  const spread = Math.sqrt(n * share * (1 - share));
  const from = Math.max(0, Math.floor(n * share - 10 * spread - 10));
  let below = 0;
  let low = 0;
  for (let k = from; k <= n; k += 1) {
    below += Math.exp(logBinomial(n, k, share));
    if (below <= 0.025) low = k + 1;
    if (below >= 0.975) return [Math.max(1, low), k + 1];
  }
  return [Math.max(1, low), n + 1];
}

/** Wilson's score interval of a proportion: it holds for rare events too, and never leaves 0 to 1. */
export function wilson(events: number, n: number): Interval {
  if (n === 0) return [0, 1];
  const share = events / n;
  const shrink = 1 + Z ** 2 / n;
  const centre = (share + Z ** 2 / (2 * n)) / shrink;
  const half = (Z / shrink) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  // Exact where rounding would leave a trace of the impossible.
  return [events === 0 ? 0 : Math.max(0, centre - half), events === n ? 1 : Math.min(1, centre + half)];
}

/** Interval of a mean, by Student's t. */
export function meanInterval(mean: number, deviation: number, n: number): Interval {
  const half = (studentT(n - 1) * deviation) / Math.sqrt(n);
  return [mean - half, mean + half];
}

// Two-sided 95 % quantiles of Student's t for 1 to 10 degrees of freedom; beyond, an expansion that is off by < 0.2 %.
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

function studentT(freedom: number): number {
  return T[freedom - 1] ?? Z + (Z ** 3 + Z) / (4 * freedom) + (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2);
}

function logBinomial(n: number, k: number, share: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(share) + (n - k) * Math.log1p(-share);
}

/** Stirling's series; exact below 10. */
function logFactorial(n: number): number {
  if (n < 10) return Math.log([1, 1, 2, 6, 24, 120, 720, 5040, 40_320, 362_880][n] ?? 1);
  return (
    n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5)
  );
}
