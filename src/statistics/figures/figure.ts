import type { Data, Layout } from 'plotly.js';
import { processWide } from '../processWide';

/** A figure as plotly.js draws it. JSON. */
export interface Figure {
  /** The traces. */
  readonly data: readonly Data[];
  /** Axes, titles, legend and size. */
  readonly layout: Partial<Layout>;
}

/** Draws a figure as a PNG file. */
export type FigureRenderer = (figure: Figure) => Promise<Uint8Array>;

/** The method by which a value gives a notebook its content by MIME type. */
const DISPLAY = Symbol.for('Jupyter.display');

const drawing = processWide<{ render?: FigureRenderer }>('figures', () => ({}));

/** Adds a picture to figures that notebooks show, for readers without scripts. */
export function setFigureRenderer(render: FigureRenderer): void {
  drawing.render = render;
}

/** A figure that notebooks show as such. */
export function figure(data: readonly Data[], layout: Partial<Layout>): Figure {
  const made: Figure = { data, layout };
  // Not enumerable, so that a figure stays plain JSON.
  return Object.defineProperty(made, DISPLAY, { value: () => displayOf(made) });
}

/** Without `text/html`, which code hosts would prefer to the picture although they do not run its script. */
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
