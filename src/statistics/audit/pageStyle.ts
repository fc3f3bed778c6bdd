/** The style of an audit's page: light and dark, screens from 320 pixels, and paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --ink: #1b1f24; --muted: #5c6670; --line: #d8dde3; --soft: #f3f5f7;
  --hurt: #b8470b; --helped: #0b62a4; --block: #b3261e; --warn: #8a5a00; --open: #5b4b8a; --pass: #1a6b3c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --ink: #e7eaee; --muted: #a3adb8; --line: #343b43; --soft: #1f242a;
    --hurt: #ff9d66; --helped: #7cc0ff; --block: #ff8a80; --warn: #f0b94d; --open: #c3b2ff; --pass: #76d39b;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
p, ul { max-width: 46rem; margin: .5rem 0; }
section.model { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; }
.verdict { font-weight: 700; }
.BLOCK { color: var(--block); } .WARN { color: var(--warn); } .INCONCLUSIVE { color: var(--open); }
.PASS { color: var(--pass); }
.muted { color: var(--muted); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.facts div { background: var(--soft); border-radius: .4rem; padding: .5rem .7rem; }
.facts dt { color: var(--muted); font-size: .85rem; } .facts dd { margin: 0; font-size: 1.25rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .5rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { white-space: normal; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
td.plot { padding: 0 .5rem; width: 40%; min-width: 12rem; } td.plot svg { display: block; width: 100%; height: 1.6rem; }
th button { all: unset; cursor: pointer; } th[aria-sort=ascending] button::after { content: " ↑"; }
th[aria-sort=descending] button::after { content: " ↓"; }
th button:focus-visible, td button:focus-visible { outline: 2px solid var(--helped); outline-offset: 2px; }
td button { all: unset; cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
svg .axis { stroke: var(--line); } svg .zero { stroke: var(--muted); }
svg .bar { stroke: var(--muted); stroke-width: 2; } svg .dot { fill: var(--muted); }
tr.hurt svg .bar { stroke: var(--hurt); } tr.hurt svg .dot { fill: var(--hurt); }
tr.helped svg .bar { stroke: var(--helped); } tr.helped svg .dot { fill: var(--helped); }
svg .shrunk { stroke: var(--ink); stroke-width: 1.5; }
svg line { vector-effect: non-scaling-stroke; }
summary { cursor: pointer; }
.confusion td, .confusion th { text-align: center; padding: .15rem .35rem; font-size: .8rem; }
.confusion td:first-child { min-width: 0; }
.confusion td[data-sign="1"] { background: color-mix(in srgb, var(--hurt) calc(var(--weight) * 60%), transparent); }
.confusion td[data-sign="-1"] { background: color-mix(in srgb, var(--helped) calc(var(--weight) * 60%), transparent); }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .8rem 0; }
.filters select, .filters button, .downloads a { font: inherit; color: inherit; background: var(--soft);
  border: 1px solid var(--line); border-radius: .4rem; padding: .3rem .6rem; text-decoration: none; max-width: 100%; }
.filters button[aria-pressed=true] { border-color: var(--ink); font-weight: 600; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .8rem; padding: 0; margin: 0;
  list-style: none; max-width: none; }
.gallery li { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem; font-size: .85rem; overflow-wrap: anywhere; }
.gallery li:focus-visible { outline: 2px solid var(--helped); }
.gallery img { width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--soft); border-radius: .2rem; display: block;
  margin-bottom: .3rem; }
.gallery .lost strong { color: var(--hurt); } .gallery .gained strong { color: var(--helped); }
.gallery dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 0 .4rem; }
.gallery dt { color: var(--muted); } .gallery dd { margin: 0; }
.measured { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .2rem 1rem; }
.measured dt { color: var(--muted); } .measured dd { margin: 0; overflow-wrap: anywhere; }
.downloads { display: flex; flex-wrap: wrap; gap: .6rem; }
@media (max-width: 640px) { .optional { display: none; } td.plot { min-width: 6rem; } th, td { padding: .25rem .3rem; } }
@media print {
  :root { color-scheme: light; }
  .filters, .downloads { display: none; }
  body { max-width: none; font-size: 11px; }
  .gallery { grid-template-columns: repeat(6, 1fr); } .gallery li, tr { break-inside: avoid; }
}
`;
