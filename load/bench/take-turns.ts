import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';

/** One command line of Node, measured as a whole process, start included: a CI job pays for all of it. */
export interface Candidate {
  readonly name: string;
  /** What follows `node`. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How often in a round; once where nothing is said. */
  readonly times?: number;
  /** Leaves out rounds: those that take minutes run in the first ones only. */
  readonly rounds?: number;
  /** Before each run, not measured. */
  readonly prepare?: () => Promise<void>;
}

export interface Sample {
  readonly durationMs: number;
  /** Of the process itself, all threads: on a busy machine it says more than the clock does. */
  readonly cpuMs: number;
  /** Largest resident set of the process itself, not of what it started. */
  readonly peakBytes: number;
}

/** The candidates take turns, so that a busy moment of the machine hits them alike. */
export async function takeTurns(
  candidates: readonly Candidate[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const candidate of candidates) {
      if (round >= (candidate.rounds ?? rounds)) continue;
      for (let run = 0; run < (candidate.times ?? 1); run++)
        samples.get(candidate.name)?.push(await measure(candidate));
    }
  }
  return samples;
}

/** The process says what it used when it ends, on a descriptor of its own. Loading this takes under a millisecond. */
const TELL_USE = `data:text/javascript,
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, [maxRSS, userCPUTime + systemCPUTime].join(' '));
  });`;

async function measure({ command, cwd, env, prepare }: Candidate): Promise<Sample> {
  await prepare?.();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_USE, ...command], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...process.env, ...env, CI: '1' },
  });
  const told = child.stdio[3];
  const use = told !== null && told !== undefined && 'read' in told ? text(told) : '';
  const [code] = await once(child, 'exit');
  const durationMs = performance.now() - startedAt;
  // What has findings ends with 1.
  if (code !== 0 && code !== 1) throw new Error(`${command.join(' ')} ended with ${code}`);
  const [peakKib, cpuUs] = (await use).split(' ').map(Number);
  return { durationMs, cpuMs: (cpuUs ?? Number.NaN) / 1000, peakBytes: (peakKib ?? Number.NaN) * 1024 };
}

/** A table for people: of each candidate the median, the spread, all samples, and the ratio to the one named `peer`. */
export function tableOf(title: string, samples: ReadonlyMap<string, readonly Sample[]>, peer: string): string {
  const machine = `${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`;
  const yardstick = median((samples.get(peer) ?? []).map(({ durationMs }) => durationMs));
  const lines = [...samples].map(([name, taken]) => line(name, taken, peer, yardstick));
  return `${title}\n${new Date().toISOString().slice(0, 10)} · Node ${process.version} · ${machine}\n${lines.join('')}`;
}

function line(name: string, samples: readonly Sample[], peer: string, yardstick: number): string {
  const durations = samples.map(({ durationMs }) => durationMs);
  const peak = Math.max(...samples.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  const sorted = durations.toSorted((a, b) => a - b);
  const spread = `${seconds(sorted[0])} – ${seconds(sorted.at(-1))} s`;
  return [
    `${name.padEnd(34)} ${seconds(median(durations))} s  (${spread}, n ${samples.length})`,
    `CPU ${seconds(median(samples.map(({ cpuMs }) => cpuMs)))} s  ${peak.toFixed(0).padStart(4)} MiB`,
    `${(median(durations) / yardstick).toFixed(3)} × ${peer}\n    ${durations.map(seconds).join(' ')}\n`,
  ].join('  ');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(ms: number | undefined): string {
  return ((ms ?? Number.NaN) / 1000).toFixed(2);
}
