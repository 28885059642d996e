import type { Chart } from '../../contracts/index.ts';
import { figure } from '../wording.ts';
import { html, raw, type Markup } from './markup.ts';

type Series = Chart['series'][number];
type Point = readonly [x: number, y: number];

const WIDTH = 560;
const HEIGHT = 258;
const PLOT = { left: 54, right: 546, top: 34, bottom: 214 };
const COLOURS = 6;
/** More points than pixels only make the file large. */
const MAX_POINTS = 300;

/** One line chart as inline SVG, with its legend and the figures for those who do not see it. */
export function lineChart(chart: Chart): Markup {
  const series = chart.series.map((one) => ({ ...one, points: thin(one.points) }));
  const scales = { x: scaleOf(series.flatMap(xs), false), y: scaleOf(series.flatMap(ys), true) };
  return html`<figure class="chart">
    <h4>${chart.title}</h4>
    <div class="scroll" tabindex="0" role="group" aria-label="${chart.title}, chart">
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label="${`${chart.title}: ${chart.yLabel} over ${chart.xLabel}`}"
      >
        <text x="${PLOT.left - 46}" y="14">${chart.yLabel}</text>
        <text x="${PLOT.right}" y="${HEIGHT - 4}" text-anchor="end">${chart.xLabel}</text>
        ${yAxis(scales.y)}${xAxis(scales.x)}${series.map((one, at) => line(one, at, scales))}
      </svg>
    </div>
    <ul class="legend">
      ${series.map(
        (one, at) =>
          html`<li>
            <svg viewBox="0 0 22 8" aria-hidden="true"><path class="series ${style(at)}" d="M1 4H21" /></svg>${one.name}
          </li>`,
      )}
    </ul>
    <details class="more">
      <summary>Figures</summary>
      ${figures(chart)}
    </details>
  </figure>`;
}

interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** A scale from nice tick to nice tick. */
function scaleOf(values: readonly number[], fromZero: boolean): Scale {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), fromZero ? 0 : Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), fromZero ? 0 : -Infinity);
  if (low > high) return { min: 0, max: 1, ticks: [0, 1] };
  const step = niceStep((high - low || Math.abs(high) || 1) / 4);
  const min = Math.floor(low / step) * step;
  const count = Math.max(1, Math.ceil((high - min) / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, at) => Number((min + at * step).toPrecision(12)));
  // A time axis ends where the data ends; a measured axis at the tick above it.
  return { min: fromZero ? min : low, max: fromZero || high === low ? min + count * step : high, ticks };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10;
  return nice * power;
}

function yAxis(scale: Scale): Markup {
  const rows = scale.ticks.map((tick) => {
    const y = at(scale, tick, PLOT.bottom, PLOT.top);
    return html`<path class="grid" d="M${PLOT.left} ${y}H${PLOT.right}" /><text
        x="${PLOT.left - 8}"
        y="${y + 4}"
        text-anchor="end"
        >${figure(tick)}</text
      >`;
  });
  return html`${rows}`;
}

function xAxis(scale: Scale): Markup {
  const inside = scale.ticks.filter((tick) => tick >= scale.min && tick <= scale.max);
  const labels = inside.map((tick) => {
    return html`<text x="${at(scale, tick, PLOT.left, PLOT.right)}" y="${PLOT.bottom + 18}" text-anchor="middle"
      >${figure(tick)}</text
    >`;
  });
  return html`${labels}`;
}

/** A point that is no number breaks the line; nothing is drawn across it. */
function line({ points }: Series, index: number, scales: { x: Scale; y: Scale }): Markup {
  let path = '';
  let pen = 'M';
  for (const [x, y] of points) {
    if (!isNumber(x) || !isNumber(y)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${at(scales.x, x, PLOT.left, PLOT.right)} ${at(scales.y, y, PLOT.bottom, PLOT.top)}`;
    // A move alone draws nothing: a line of no length makes a dot of it.
    if (pen === 'M') path += 'h0';
    pen = 'L';
  }
  return html`<path class="series ${style(index)}" d="${raw(path)}" />`;
}

function at({ min, max }: Scale, value: number, from: number, to: number): number {
  const share = max === min ? 0.5 : (value - min) / (max - min);
  return Number((from + share * (to - from)).toFixed(1));
}

/** Colours repeat after six; from then on the dashes tell lines apart. Neighbours differ in both for the colour-blind. */
function style(index: number): string {
  return `c${index % COLOURS} d${(index + Math.floor(index / COLOURS)) % 4}`;
}

/** The lowest and the highest of each stretch, so that a spike survives. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MAX_POINTS) return points;
  const stretch = Math.ceil(points.length / (MAX_POINTS / 2));
  const kept: Point[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const group = points.slice(from, from + stretch);
    const low = group.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = group.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : low[0] <= high[0] ? [low, high] : [high, low]));
  }
  return kept;
}

function figures({ series, yLabel }: Chart): Markup {
  const rows = series.map((one) => {
    const values = ys(one).filter(isNumber);
    const extremes = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    const shown = [values[0] ?? Number.NaN, values.at(-1) ?? Number.NaN, ...extremes];
    return html`<tr>
      <th scope="row">${one.name}</th>
      <td class="n">${one.points.length}</td>
      ${shown.map((value) => html`<td class="n">${figure(value)}</td>`)}
    </tr>`;
  });
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${yLabel}</th>
          ${['points', 'first', 'last', 'lowest', 'highest'].map((name) => html`<th scope="col" class="n">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function xs({ points }: Series): number[] {
  return points.map(([x]) => x).filter(isNumber);
}

function ys({ points }: Series): number[] {
  return points.map(([, y]) => y).filter(isNumber);
}

/** A report that was read back has null where a number was none. */
function isNumber(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
