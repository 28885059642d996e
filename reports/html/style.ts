/** The page's style sheet: light and dark, phone and print. System fonts; colour stands for a status and nothing else. */
export const STYLE = /* css */ `
:root {
  color-scheme: light dark;
  --bg: #fafaf8; --surface: #fff; --sunken: #f3f3f0; --ink: #1a1b1e; --dim: #5c5f67; --line: #e1e1dc; --mark: #fff3c9;
  --good: #1a7544; --bad: #b3261c; --warn: #865000; --open: #6a3fa3; --idle: #666971; --info: #1d5bb8;
  --s0: #1d5bb8; --s1: #b8500c; --s2: #1a7544; --s3: #8b3fa3; --s4: #7a6200; --s5: #b3265e;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --bg: #121316; --surface: #1a1c20; --sunken: #0d0e10; --ink: #e8e8e4; --dim: #a1a4ad; --line: #2e3138; --mark: #3d3413;
    --good: #62cb90; --bad: #ff8d7d; --warn: #e8b455; --open: #c4a4f6; --idle: #9a9da7; --info: #8ab6ff;
    --s0: #7fb0ff; --s1: #ffa266; --s2: #62cb90; --s3: #d7a0ea; --s4: #dcc45a; --s5: #ff92bb;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.wide { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
h1, h2, h3, h4, p, dl, dd, ul, pre, figure { margin: 0; }
h1 { font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.5rem); line-height: 1.12; font-weight: 650; letter-spacing: -0.022em; text-wrap: balance; }
h2 { font-size: 1.15rem; font-weight: 650; letter-spacing: -0.01em; }
h3, h4 { font-size: inherit; font-weight: 600; }
code, pre, .mono { font-family: var(--mono); font-size: 0.86em; font-variant-ligatures: none; }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--line); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--info); outline-offset: 2px; border-radius: 4px; }
.hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: fixed; top: 8px; left: 8px; width: auto; height: auto; clip-path: none; z-index: 2; padding: 8px 12px; background: var(--surface); }
.dim { color: var(--dim); }
.passed, .kept { --tone: var(--good); }
.failed, .broken, .invalid, .unreached, .errored, .error { --tone: var(--bad); }
.warned, .interrupted, .warning { --tone: var(--warn); }
.inconclusive { --tone: var(--open); }
.skipped { --tone: var(--idle); }
.info { --tone: var(--info); }
.all { --tone: var(--ink); }

/* Masthead */
.masthead { border-bottom: 1px solid var(--line); background: color-mix(in oklab, var(--tone) 6%, var(--bg)); padding: 22px 0 26px; }
.brand { display: flex; flex-wrap: wrap; gap: 4px 12px; justify-content: space-between; color: var(--dim); font-size: 0.87rem; }
.brand nav { display: flex; flex-wrap: wrap; gap: 2px 16px; }
.verdict { display: block; margin: 34px 0 8px; color: var(--tone); font-weight: 650; font-size: 0.94rem; }
.verdict::before { content: ""; display: inline-block; width: 0.62em; height: 0.62em; margin-right: 0.5em; border-radius: 50%; background: currentColor; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 20px; margin-top: 14px; color: var(--dim); font-size: 0.92rem; }
.facts b { font-weight: 550; color: var(--ink); }
.stick { display: block; width: 100%; height: 46px; margin: 26px 0 14px; overflow: visible; }
.stick .wood { fill: color-mix(in oklab, var(--ink) 7%, transparent); }
.stick rect { fill: var(--tone); }

/* Counts, which are the filter as well */
.tiles { display: grid; grid-template-columns: repeat(7, 1fr); gap: 8px; border: 0; padding: 0; margin: 0; min-width: 0; }
.tile { position: relative; display: block; padding: 10px 12px 9px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); cursor: pointer; }
.tile:hover { border-color: color-mix(in oklab, var(--tone) 45%, var(--line)); }
.tile input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.15; font-weight: 620; letter-spacing: -0.02em; color: var(--tone); }
.tile span { font-size: 0.83rem; color: var(--dim); }
.tile.none b { color: var(--dim); font-weight: 400; }
.tile:has(:checked) { border-color: var(--tone); box-shadow: inset 0 0 0 1px var(--tone); }
.tile:has(:focus-visible) { outline: 2px solid var(--info); outline-offset: 2px; }

/* Sections */
main > section, main > .wide { margin-top: 40px; margin-bottom: 40px; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 8px 16px; margin-bottom: 12px; }
.search input { width: 230px; max-width: 100%; padding: 6px 10px; border: 1px solid var(--line); border-radius: 7px; background: var(--surface); color: inherit; font: inherit; font-size: 0.9rem; }
.panel { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.suite { margin-bottom: 10px; overflow: clip; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
.suite > summary { display: flex; align-items: center; gap: 10px; padding: 11px 16px; }
.suite > summary::before, .result > summary::before, .passes > summary::before, .more > summary::before { content: ""; flex: none; width: 7px; height: 7px; border: solid var(--dim); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); margin-right: 2px; }
[open] > summary::before { transform: translateY(-2px) rotate(45deg) !important; }
.suite > summary h3 { flex: 1; }
.chips { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 2px 14px; font-size: 0.87rem; }
.chips span { color: var(--tone); white-space: nowrap; }
.results { border-top: 1px solid var(--line); }
.long .result { content-visibility: auto; contain-intrinsic-size: auto 41px; }
.passes { border-top: 1px solid color-mix(in oklab, var(--line) 60%, transparent); }
.passes > summary { display: flex; align-items: center; gap: 10px; padding: 8px 16px; color: var(--good); font-size: 0.92rem; }
.passes > .result:first-of-type { border-top: 1px solid color-mix(in oklab, var(--line) 60%, transparent); }
.result + .result { border-top: 1px solid color-mix(in oklab, var(--line) 60%, transparent); }
.line { display: flex; align-items: baseline; gap: 10px; padding: 8px 16px; }
.result > summary.line::before { align-self: flex-start; margin: 0.5em 2px 0; }
.passes > summary::before { margin-left: 2px; }
div.result > .line { padding-left: 37px; }
.dot { flex: none; width: 1.35em; height: 1.35em; border-radius: 50%; text-align: center; font: 650 0.78rem/1.35em var(--sans); color: var(--tone); background: color-mix(in oklab, var(--tone) 14%, transparent); }
.what { flex: 1; min-width: 0; }
.what code { color: var(--dim); margin-left: 0.5em; }
.what .why { display: block; color: var(--dim); font-size: 0.92rem; }
.only { flex: none; font-weight: 550; }
.line time { min-width: 4.2em; text-align: right; flex: none; color: var(--dim); font-size: 0.85rem; }
.body { padding: 2px 16px 18px 62px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; }

/* Findings */
.finding { border: 1px solid var(--line); border-left: 3px solid var(--tone); border-radius: 4px 8px 8px 4px; padding: 12px 16px 14px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 10px; }
.finding header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; }
.finding header b { color: var(--tone); font-weight: 600; }
.finding header .place { margin-left: auto; color: var(--dim); }
.message { white-space: pre-wrap; font-size: 1.02rem; }
.meta { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 0.88rem; color: var(--dim); }
.fix { padding-left: 12px; border-left: 2px solid var(--good); white-space: pre-wrap; }
.fix b { color: var(--good); font-weight: 600; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
.label { display: block; font-size: 0.83rem; color: var(--dim); margin-bottom: 3px; }
pre { padding: 9px 12px; border-radius: 6px; background: var(--sunken); overflow: auto; max-height: 420px; line-height: 1.5; white-space: pre; overflow-wrap: normal; }
pre code { font-size: inherit; }
pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
.snippet { padding: 6px 0; }
.snippet span { display: block; padding: 0 12px; min-width: max-content; }
.snippet i { display: inline-block; width: 3.6em; padding-right: 1em; text-align: right; color: var(--dim); font-style: normal; user-select: none; }
.snippet .hit { background: var(--mark); box-shadow: inset 3px 0 0 var(--tone); }
.more > summary { display: inline-flex; align-items: center; gap: 8px; font-size: 0.92rem; color: var(--dim); }
.more > summary:hover { color: var(--ink); }
.more[open] > summary { margin-bottom: 8px; }
.copy { position: relative; margin-top: 10px; }
.copy code { user-select: all; }
.copy button { position: absolute; top: 0; right: 0; padding: 2px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); color: inherit; font: inherit; font-size: 0.83rem; cursor: pointer; }

/* Tables and charts */
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; overflow-wrap: normal; }
th { text-align: left; font-weight: 500; color: var(--dim); font-size: 0.85rem; white-space: nowrap; vertical-align: bottom; }
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid color-mix(in oklab, var(--line) 70%, transparent); }
td { vertical-align: top; }
tbody th { min-width: 9em; color: var(--ink); font-size: inherit; font-weight: 500; white-space: normal; vertical-align: top; }
.source { min-width: 17em; overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
td { white-space: nowrap; }
td.source { white-space: normal; }
.panel table th:first-child, .panel table td:first-child { padding-left: 16px; }
.panel table th:last-child, .panel table td:last-child { padding-right: 16px; }
.body table th:first-child, .body table td:first-child { padding-left: 0; }
.figures { padding: 4px 16px 10px; border-top: 1px solid var(--line); }
.figures table th:first-child { padding-left: 0; }
.state { color: var(--tone); white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 22px 28px; }
.chart h4 { margin-bottom: 4px; }
.chart svg { display: block; width: 100%; height: auto; font: 12px var(--sans); font-variant-numeric: tabular-nums; }
.chart text { fill: var(--dim); }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .series { fill: none; stroke-width: 1.9; stroke-linejoin: round; stroke-linecap: round; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 4px 0 0; list-style: none; font-size: 0.87rem; color: var(--dim); }
.legend svg { display: inline-block; width: 22px; height: 8px; margin-right: 6px; }
.c0 { stroke: var(--s0); } .c1 { stroke: var(--s1); } .c2 { stroke: var(--s2); } .c3 { stroke: var(--s3); } .c4 { stroke: var(--s4); } .c5 { stroke: var(--s5); }
.d1 { stroke-dasharray: 7 4; } .d2 { stroke-dasharray: 2 4; } .d3 { stroke-dasharray: 9 3 2 3; }

/* Facts at the end */
.missing { padding: 12px 16px 12px 34px; display: grid; gap: 5px; }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 32px; }
.columns > * { min-width: 0; }
.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 5px 20px; font-size: 0.92rem; }
.pairs dt { color: var(--dim); }
.digest { font-size: 0.78em; color: var(--dim); }
.foot { border-top: 1px solid var(--line); padding: 18px 0 40px; color: var(--dim); font-size: 0.87rem; }
[hidden] { display: none !important; }

@media (max-width: 820px) {
  .tiles { grid-template-columns: repeat(4, 1fr); }
  .tile.all { grid-column: span 2; }
  .columns, .pair { grid-template-columns: minmax(0, 1fr); }
  .columns { gap: 40px; }
}
@media (max-width: 560px) {
  body { font-size: 16px; }
  .wide { padding: 0 16px; }
  .verdict { margin-top: 24px; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .tile { padding: 7px 10px; }
  .tile.all { grid-column: span 3; display: flex; align-items: baseline; gap: 8px; }
  .stick { height: 36px; margin: 20px 0 12px; }
  .suite > summary { flex-wrap: wrap; }
  .chips { flex-basis: 100%; justify-content: flex-start; padding-left: 19px; }
  .line { padding: 9px 12px; gap: 8px; }
  div.result > .line { padding-left: 12px; }
  .what code { display: block; margin-left: 0; }
  .body { padding: 2px 12px 16px; }
  .finding { padding: 10px 12px 12px; }
  .finding header .place { margin-left: 0; flex-basis: 100%; }
  .search, .search input { width: 100%; }
  .chart svg { font-size: 17px; }
  .pairs { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .pairs dd { margin-bottom: 8px; }
}
@media print {
  @page { margin: 14mm 12mm; }
  :root { color-scheme: light; --bg: #fff; --sunken: #f5f5f3; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wide { max-width: none; padding: 0; }
  .masthead { background: none; padding-top: 0; }
  .brand nav, .search, .copy button, .skip { display: none; }
  details::details-content { content-visibility: visible !important; display: block !important; block-size: auto !important; height: auto !important; }
  .long .result { content-visibility: visible; }
  summary::before { display: none; }
  pre { max-height: none; white-space: pre-wrap; overflow-wrap: anywhere; }
  .snippet span { min-width: 0; }
  .suite { overflow: visible; }
  .finding header, .chart, tr, .line { break-inside: avoid; }
  h2, h3, h4, summary { break-after: avoid; }
}
`;
