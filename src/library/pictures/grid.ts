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

/**
 * Images in rows of six with their captions, under a title. Small images keep crisp pixels. Tiles have the
 * images' shape where all have one; else the central squares are shown.
 */
export async function drawGrid(
  title: string,
  subtitle: string,
  tiles: readonly Tile[],
): Promise<Picture> {
  const captionLines = Math.max(0, ...tiles.map(({ caption }) => caption.length));
  const tile = { width: TILE, height: Math.round(TILE * shapeOf(tiles)) };
  const rowHeight = tile.height + 4 + captionLines * LINE_HEIGHT + 12;
  const height = HEADER_HEIGHT + Math.ceil(tiles.length / COLUMNS) * rowHeight;
  const drawn = await Promise.all(
    tiles.map((content, i) =>
      drawTile(
        content,
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

/** Height by width of the tiles: of the images where all have one, between a half and two, else 1. */
function shapeOf(tiles: readonly Tile[]): number {
  const shapes = tiles.map(({ image }) => image.height / image.width);
  const [first = 1] = shapes;
  const areAlike = shapes.every((shape) => Math.abs(shape / first - 1) < 0.01);
  return areAlike ? Math.min(2, Math.max(0.5, first)) : 1;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function drawTile(
  { image, caption }: Tile,
  tile: Size,
  left: number,
  top: number,
): Promise<string> {
  const png = await filling(image, { width: tile.width * SCALE, height: tile.height * SCALE });
  return [
    `<image x="${left}" y="${top}" width="${tile.width}" height="${tile.height}" ` +
      `href="data:image/png;base64,${png.toString('base64')}"/>`,
    ...caption.map((line, i) =>
      text(
        shortened(line.text),
        left,
        top + tile.height + 4 + (i + 0.8) * LINE_HEIGHT,
        FONT_SIZE,
        line.color ?? PALETTE.ink,
      ),
    ),
  ].join('');
}

/** The image as a PNG of this size, cut at the longer side; pixels that grow twofold or more stay crisp. */
async function filling({ data, width, height }: RgbImage, size: Size): Promise<Buffer> {
  const growth = Math.max(size.width / width, size.height / height);
  const raw = { raw: { width, height, channels: 3 } } as const;
  if (growth < 2)
    return sharp(data, raw)
      .resize({ ...size, fit: 'cover' })
      .png()
      .toBuffer();
  const whole = Math.ceil(growth);
  const enlarged = await sharp(data, raw)
    .resize(width * whole, height * whole, { kernel: 'nearest', fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(enlarged.data, { raw: enlarged.info as sharp.Raw })
    .resize({ ...size, fit: 'cover' })
    .png()
    .toBuffer();
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
