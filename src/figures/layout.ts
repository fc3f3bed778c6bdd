import type { Layout } from 'plotly.js';
import { PALETTE } from './palette';
import { FONT_FAMILY } from './rasterize';

/** CSS pixels; a notebook's cell is about as wide. */
export const FIGURE_WIDTH = 800;

/** What all figures share: white ground, a title with a line below it that states N. */
export function baseLayout(title: string, subtitle: string): Partial<Layout> {
  return {
    width: FIGURE_WIDTH,
    font: { family: `${FONT_FAMILY}, sans-serif`, size: 12, color: PALETTE.ink },
    title: {
      text: title,
      font: { size: 16 },
      subtitle: { text: subtitle, font: { size: 12, color: PALETTE.muted } },
      x: 0,
      xref: 'paper',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { t: 14 },
    },
    paper_bgcolor: 'white',
    plot_bgcolor: 'white',
  };
}
