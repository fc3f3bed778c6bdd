import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PlotlyFigure } from './outputs';

/** Scripts of a page. */
export interface PageScripts {
  /** Elements `<script>` for the end of the page. */
  readonly html: string;
  /** Their hashes as sources for `script-src` of a Content-Security-Policy. */
  readonly hashes: readonly string[];
}

/**
 * Returns the scripts of a notebook's page: they fold the code of all cells and draw the plotly figures. A figure that
 * is wider than its place stays the picture that the notebook holds, scaled down; without one it can be scrolled.
 *
 * @param figures the figures of `notebookParts`
 */
export function pageScripts(figures: readonly PlotlyFigure[]): PageScripts {
  const texts = figures.length > 0 ? [FOLD_CODE, plotly(), DRAW_FIGURES] : [FOLD_CODE];
  const data = JSON.stringify(figures).replaceAll('<', '\\u003c');
  return {
    html: [
      `<script type="application/json" id="figures">${data}</script>`,
      ...texts.map((text) => `<script>${text}</script>`),
    ].join('\n'),
    hashes: texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`),
  };
}

function plotly(): string {
  const library = readFileSync(require.resolve('plotly.js-cartesian-dist-min'), 'utf8');
  return library.replaceAll('</script', '<\\/script');
}

const FOLD_CODE = `
for (const button of document.querySelectorAll('button.fold')) {
  const sources = [...document.querySelectorAll('details.source')];
  const label = () => {
    button.textContent = sources.some(({ open }) => open) ? 'Hide all code' : 'Show all code';
  };
  button.hidden = sources.length === 0;
  button.addEventListener('click', () => {
    const open = !sources.some((source) => source.open);
    for (const source of sources) source.open = open;
    label();
  });
  for (const source of sources) source.addEventListener('toggle', label);
  label();
}`;

const DRAW_FIGURES = `
const figures = JSON.parse(document.querySelector('script#figures').textContent);
for (const place of document.querySelectorAll('[data-figure]')) {
  const { data, layout = {} } = figures[place.dataset.figure];
  const still = place.firstElementChild;
  const plot = document.createElement('div');
  plot.className = 'plot';
  plot.style.minWidth = Number(layout.width) + 'px';
  place.append(plot);
  let drawing;
  const fit = () => {
    const scales = still.tagName === 'IMG' && place.clientWidth < layout.width;
    place.classList.toggle('scaled', scales);
    if (scales) return;
    drawing ??= Plotly.newPlot(
      plot, data, { ...layout, width: undefined, autosize: true }, { responsive: true, displaylogo: false },
    ).then(() => place.classList.add('drawn'));
  };
  new ResizeObserver(fit).observe(place);
}`;
