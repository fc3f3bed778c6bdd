import type { Data, Layout } from 'plotly.js';
import { processWide } from '../processWide';

/** What plotly.js draws: traces and how they are laid out. JSON. */
export interface Figure {
  readonly data: readonly Data[];
  readonly layout: Partial<Layout>;
}

/** Draws a figure as a PNG file. */
export type FigureRenderer = (figure: Figure) => Promise<Uint8Array>;

/** The method by which a value says how a notebook shows it, as MIME type to content. */
const DISPLAY = Symbol.for('Jupyter.display');

const drawing = processWide<{ render?: FigureRenderer }>('figures', () => ({}));

/** Gives figures that notebooks show a picture beside their data, for readers without scripts. */
export function setFigureRenderer(render: FigureRenderer): void {
  drawing.render = render;
}

/** A figure that notebooks show as such. */
export function figure(data: readonly Data[], layout: Partial<Layout>): Figure {
  const made: Figure = { data, layout };
  // Not enumerable: a figure is JSON to everyone but a notebook.
  return Object.defineProperty(made, DISPLAY, { value: () => displayOf(made) });
}

/** No `text/html`: code hosts would prefer it to the picture and then not run its script. */
async function displayOf(made: Figure): Promise<Record<string, unknown>> {
  return {
    'application/vnd.plotly.v1+json': made,
    ...(drawing.render
      ? { 'image/png': await drawing.render(made) }
      : { 'text/plain': titleOf(made) }),
  };
}

function titleOf({ layout: { title } }: Figure): string {
  return (typeof title === 'string' ? title : title?.text) ?? 'plotly figure';
}
