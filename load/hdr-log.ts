import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import hdr, { type Histogram } from 'hdr-histogram-js';
import { makeFolder } from '../contracts/index.ts';

/** Takes one histogram of an interval, in seconds since measuring began. */
export type IntervalWriter = (tag: string, startS: number, lengthS: number, histogram: Histogram) => void;

export interface HdrLog {
  readonly write: IntervalWriter;
  /** `measuringFrom` is what the intervals count from. */
  save(file: string, measuringFrom: Date): Promise<void>;
}

/**
 * An HdrHistogram log (format 1.3, V2 compressed payloads), as HistogramLogAnalyzer and hdr-plot read it. One line a
 * second and operation, values in µs; the tag is the operation's id, `<id>:errors` its errors alone, which stand in the
 * operation's own line too.
 */
export function openHdrLog(title: string): HdrLog {
  const lines: string[] = [];
  const writer = new hdr.HistogramLogWriter((text) => lines.push(text));
  return {
    write: (tag, startS, lengthS, histogram) => {
      // A tag ends at the first comma, and readers split at spaces.
      histogram.tag = tag.replaceAll(/[,\s]+/g, '_');
      writer.outputIntervalHistogram(histogram, startS, startS + lengthS, 1000);
    },
    save: async (file, measuringFrom) => {
      const intervals = lines.splice(0);
      writer.outputComment(`[${title}]`);
      writer.outputComment(
        '[Latencies in microseconds, Interval_Max in milliseconds; a tag ":errors" repeats what its operation holds]',
      );
      writer.outputLogFormatVersion();
      writer.outputStartTime(measuringFrom.getTime());
      writer.outputLegend();
      await makeFolder(path.dirname(file));
      // The library's writer ends some comments with no line end, some with two.
      await writeFile(file, [...lines.splice(0), ...intervals].map((line) => `${line.trimEnd()}\n`).join(''));
    },
  };
}
