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

/** The process says its peak when it ends, on a descriptor of its own. Loading this takes under a millisecond. */
const TELL_PEAK =
  'data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>writeSync(3,String(process.resourceUsage().maxRSS)))';

async function measure({ command, cwd, env, prepare }: Candidate): Promise<Sample> {
  await prepare?.();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_PEAK, ...command], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...process.env, ...env, CI: '1' },
  });
  const told = child.stdio[3];
  const peak = told !== null && told !== undefined && 'read' in told ? text(told) : '';
  const [code] = await once(child, 'exit');
  const durationMs = performance.now() - startedAt;
  // What has findings ends with 1.
  if (code !== 0 && code !== 1) throw new Error(`${command.join(' ')} ended with ${code}`);
  return { durationMs, peakBytes: Number(await peak) * 1024 };
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
    `${peak.toFixed(0).padStart(5)} MiB  ${(median(durations) / yardstick).toFixed(3)} × ${peer}`,
    `\n    ${durations.map(seconds).join(' ')}\n`,
  ].join('  ');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function seconds(ms: number | undefined): string {
  return ((ms ?? Number.NaN) / 1000).toFixed(2);
}
