import type { Annotations, Layout, LayoutAxis } from 'plotly.js';
import { PALETTE } from './palette';

/** The font that pictures are drawn in, and that figures ask a browser for first. */
export const FONT_FAMILY = 'DejaVu Sans';

/** CSS pixels; a notebook's cell is about as wide. */
export const FIGURE_WIDTH = 800;

/** The legend in one line above the plot. */
export const LEGEND_ABOVE = {
  orientation: 'h',
  x: 0,
  xanchor: 'left',
  y: 1,
  yanchor: 'bottom',
} as const;

/** An axis of values: light lines, the zero among them darker. */
export const VALUE_AXIS = { gridcolor: '#eeeeee', zerolinecolor: PALETTE.muted } as const;

/** The title of an axis whose greater values are better; on a vertical axis the arrows point down and up. */
export function worseToBetter(title: string): string {
  return `worse ← ${title} → better`;
}

/**
 * An axis with a place per variant. Names break at their spaces, because they would overlap where two
 * panels share the width.
 */
export function variantAxis(variants: string[]): Partial<LayoutAxis> {
  return {
    title: { text: 'Variant' },
    type: 'category',
    tickangle: 0,
    tickvals: variants,
    ticktext: variants.map((name) => name.replaceAll(' ', '<br>')),
  };
}

/** A heading over a panel whose upper left corner is at x, y of the figure. */
export function panelHeading(text: string, x: number, y: number): Partial<Annotations> {
  return {
    ...{ text, x, y, xref: 'paper', yref: 'paper', xanchor: 'left', yanchor: 'bottom' },
    ...{ showarrow: false, align: 'left', font: { size: 13 } },
  };
}

/**
 * The layout that all figures share: white ground, a title with a line below it that states N.
 *
 * @param from the title begins at the left of the plot (`paper`), or of the whole figure, where the names on
 *   a wide axis would leave it too little room (`container`)
 */
export function baseLayout(
  title: string,
  subtitle: string,
  from: 'paper' | 'container' = 'paper',
): Partial<Layout> {
  return {
    width: FIGURE_WIDTH,
    font: { family: `${FONT_FAMILY}, sans-serif`, size: 12, color: PALETTE.ink },
    title: {
      text: title,
      font: { size: 16 },
      subtitle: { text: subtitle, font: { size: 12, color: PALETTE.muted } },
      x: 0,
      xref: from,
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { t: 14, ...(from === 'container' && { l: 16 }) },
    },
    paper_bgcolor: 'white',
    plot_bgcolor: 'white',
  };
}
