import { join } from 'node:path';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import sharp from 'sharp';

/** Image pixels per CSS pixel, for screens of today. */
export const SCALE = 2;
const CSS_PIXELS_PER_INCH = 72;

export const FONT_FAMILY = 'DejaVu Sans';

const FONTS = join(require.resolve('dejavu-fonts-ttf/package.json'), '..', 'ttf');

/** The files of the package's own fonts, since a machine may have others or none. */
export const FONT_FILES = {
  regular: join(FONTS, 'DejaVuSans.ttf'),
  bold: join(FONTS, 'DejaVuSans-Bold.ttf'),
} as const;

const FONT: NonNullable<ResvgRenderOptions['font']> = {
  loadSystemFonts: false,
  fontFiles: Object.values(FONT_FILES),
  defaultFontFamily: FONT_FAMILY,
};

/** Draws an SVG at twice its size; the PNG's density says so. The same SVG gives the same bytes. */
export async function rasterize(svg: string): Promise<Buffer> {
  const { width, height, pixels } = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: FONT,
    background: 'white',
  }).render();
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .withDensity(CSS_PIXELS_PER_INCH * SCALE)
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Width of one line of text in CSS pixels. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  const key = `${fontSize} ${bold} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg"><text font-size="${fontSize}" ` +
    `font-weight="${bold ? 'bold' : 'normal'}">${escapeXml(text)}</text></svg>`;
  const box = new Resvg(svg, { font: FONT }).getBBox();
  const width = box ? box.x + box.width : 0;
  widths.set(key, width);
  return width;
}

const widths = new Map<string, number>();

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
