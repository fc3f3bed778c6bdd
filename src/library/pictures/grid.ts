import { FIGURE_WIDTH, PALETTE } from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { RgbImage } from '../images/rgbImage';
import { Picture } from './picture';
import { escapeXml, FONT_FAMILY, rasterize, SCALE, textWidth } from './rasterize';

/** An image and the lines of text below it. */
export interface Tile {
  readonly image: RgbImage;
  readonly caption: readonly CaptionLine[];
}

export interface CaptionLine {
  readonly text: string;
  readonly color?: string;
}

/** CSS pixels. */
const TILE = 128;
const GAP = 6;
const LINE_HEIGHT = 15;
const FONT_SIZE = 11;
const HEADER_HEIGHT = 56;
const COLUMNS = Math.floor((FIGURE_WIDTH + GAP) / (TILE + GAP));

/** Images in rows of six with their captions, under a title. Small images keep crisp pixels. */
export async function drawGrid(
  title: string,
  subtitle: string,
  tiles: readonly Tile[],
): Promise<Picture> {
  const captionLines = Math.max(0, ...tiles.map(({ caption }) => caption.length));
  const rowHeight = TILE + 4 + captionLines * LINE_HEIGHT + 12;
  const height = HEADER_HEIGHT + Math.ceil(tiles.length / COLUMNS) * rowHeight;
  const drawn = await Promise.all(
    tiles.map((tile, i) =>
      drawTile(
        tile,
        (i % COLUMNS) * (TILE + GAP),
        HEADER_HEIGHT + Math.floor(i / COLUMNS) * rowHeight,
      ),
    ),
  );
  const png = await rasterize(
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${FIGURE_WIDTH}" height="${height}" font-family="${FONT_FAMILY}">`,
      text(title, 0, 18, 16, PALETTE.ink),
      text(subtitle, 0, 38, 12, PALETTE.muted),
      ...drawn,
      '</svg>',
    ].join('\n'),
  );
  const captions = tiles.map(({ caption }) => caption.map((line) => line.text).join(', '));
  return new Picture(png, [title, subtitle, ...captions].join('\n'));
}

async function drawTile({ image, caption }: Tile, left: number, top: number): Promise<string> {
  const { data, width, height } = await fitted(image);
  const [w, h] = [width / SCALE, height / SCALE];
  return [
    `<image x="${left + (TILE - w) / 2}" y="${top + (TILE - h) / 2}" width="${w}" height="${h}" ` +
      `href="data:image/png;base64,${data.toString('base64')}"/>`,
    ...caption.map((line, i) =>
      text(
        shortened(line.text),
        left,
        top + TILE + 4 + (i + 0.8) * LINE_HEIGHT,
        FONT_SIZE,
        line.color ?? PALETTE.ink,
      ),
    ),
  ].join('');
}

/** The image as a PNG that fills a tile: enlarged by whole pixels, or resized smoothly. */
async function fitted(image: RgbImage): Promise<{ data: Buffer; width: number; height: number }> {
  const room = (TILE * SCALE) / Math.max(image.width, image.height);
  const crisp = room >= 2;
  const factor = crisp ? Math.floor(room) : room;
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * factor)),
  ) as [number, number];
  const data = await sharp(image.data, {
    raw: { width: image.width, height: image.height, channels: 3 },
  })
    .resize(width, height, { kernel: crisp ? 'nearest' : 'lanczos3', fit: 'fill' })
    .png()
    .toBuffer();
  return { data, width, height };
}

function text(content: string, x: number, y: number, size: number, color: string): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${color}">${escapeXml(content)}</text>`;
}

function shortened(line: string): string {
  if (textWidth(line, FONT_SIZE) <= TILE) return line;
  let end = line.length - 1;
  while (end > 1 && textWidth(`${line.slice(0, end)}…`, FONT_SIZE) > TILE) end--;
  return `${line.slice(0, end)}…`;
}
