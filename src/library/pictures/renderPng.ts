import type { Figure } from 'selective-brain-damage-statistics';
import { rasterize } from './rasterize';
import { svgOf } from './renderSvg';

/**
 * Draws a figure as PNG without a browser, at twice its size (`layout.width` and `layout.height` in CSS
 * pixels, 800 × 450 unless given). Traces of plotly's cartesian bundle, less those that need WebGL.
 *
 * @returns the PNG file
 * @throws OptionError for anything but a figure
 */
export async function renderPng(figure: Figure): Promise<Buffer> {
  const svg = await svgOf('renderPng', figure);
  // A heatmap has a pixel per cell. resvg smooths it unless told by the older of two names.
  return rasterize(svg.replaceAll('image-rendering: pixelated', 'image-rendering: optimizeSpeed'));
}
