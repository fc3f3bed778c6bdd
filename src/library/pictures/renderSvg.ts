import { type Figure, OptionError } from 'selective-brain-damage-statistics';
import { requireAwaited, shown } from 'selective-brain-damage-statistics/internal';
import { plotly } from './plotly';
import { FONT_FAMILY } from './rasterize';

const WIDTH = 800;
const HEIGHT = 450;

/**
 * Draws a figure as SVG without a browser, of the size of its layout (`layout.width` and `layout.height`
 * in CSS pixels, 800 × 450 unless given). Traces of plotly's cartesian bundle, heatmaps among them as
 * embedded pictures, less those that need WebGL. Texts stay texts: programs draw them in DejaVu Sans where
 * they have it.
 *
 * @returns the SVG file's text
 * @throws OptionError for anything but a figure
 */
export async function renderSvg(figure: Figure): Promise<string> {
  return svgOf('renderSvg', figure);
}

/** The figure as SVG, for a cell that draws it in its own way. */
export async function svgOf(cell: string, figure: Figure): Promise<string> {
  requireAwaited(cell, 'figure', figure);
  if (!Array.isArray(figure?.data) || typeof figure.layout !== 'object')
    throw new OptionError(
      `${cell}: expected a figure, as topOneFigure gives, found ${shown(figure)}.`,
      { option: 'figure', value: figure },
    );
  const { width = WIDTH, height = HEIGHT, font } = figure.layout;
  const { data, layout } = structuredClone({ data: figure.data, layout: figure.layout });
  return plotly().toImage(
    { data, layout: { ...layout, font: { ...font, family: FONT_FAMILY } } },
    { format: 'svg', imageDataOnly: true, width, height },
  );
}
