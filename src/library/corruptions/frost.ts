import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from 'selective-brain-damage-statistics';
import type { Random } from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { RgbImage } from '../images/rgbImage';
import { wholeNumber } from './draws';
import { plasma } from './plasma';

/**
 * A piece of frost for an image of this size: `height × width × 3` grey levels.
 *
 * @param every step between the pixels of a texture that are used
 * @param folder pictures of frost, of which one is drawn and a random window cut out; without one
 *   the frost is made from `random`
 */
export async function frostTexture(
  width: number,
  height: number,
  every: number,
  random: Random,
  folder?: string,
): Promise<ArrayLike<number>> {
  if (folder === undefined) return grown(width, height, every, random);
  const textures = await texturesIn(folder);
  const texture = textures[wholeNumber(random, 0, textures.length)]!;
  const [rows, columns] = [texture.height, texture.width].map((side) =>
    Math.round(side / every),
  ) as [number, number];
  if (rows <= height || columns <= width)
    throw new OptionError(
      `frost: a texture in ${folder} has ${texture.width} × ${texture.height} pixels; expected ` +
        `more than ${width * every} × ${height * every}.`,
      { option: 'frost', value: folder, file: folder },
    );
  const top = wholeNumber(random, 0, rows - height);
  const left = wholeNumber(random, 0, columns - width);
  const middle = Math.floor(every / 2);
  return sampled(width, height, (x, y, c) => {
    const row = Math.min(texture.height - 1, (top + y) * every + middle);
    const column = Math.min(texture.width - 1, (left + x) * every + middle);
    return texture.data[(row * texture.width + column) * 3 + c]!;
  });
}

function sampled(
  width: number,
  height: number,
  at: (x: number, y: number, channel: number) => number,
): Float32Array {
  const data = new Float32Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) data[to++] = at(x, y, c);
  return data;
}

/** Grey levels of generated frost's darkest and brightest pixels: red, green, blue. */
const DARK = [75, 115, 128] as const;
const BRIGHT = [215, 232, 240] as const;
/** Pixels from one needle to the next. */
const NEEDLE = 7;

/**
 * Generated frost: crystals whose needles lie in one of six directions, 30° apart, which a height
 * map decides; a rougher one makes the needles uneven.
 */
function grown(width: number, height: number, every: number, random: Random): Float32Array {
  const side = 2 ** Math.ceil(Math.log2(Math.max(width, height) * every));
  const crystals = plasma(random, side, 1.6);
  const roughness = plasma(random, side, 1.25);
  return sampled(width, height, (x, y, c) => {
    const at = y * every * side + x * every;
    const direction = (Math.floor(crystals[at]! * 24) * Math.PI) / 6;
    const across = (x * Math.cos(direction) + y * Math.sin(direction)) * every;
    const needle = 1 - Math.abs(2 * ((across / NEEDLE + 6 * roughness[at]! + 1e3) % 1) - 1);
    const strength = 0.35 * needle + 0.65 * roughness[at]!;
    return DARK[c]! + (BRIGHT[c]! - DARK[c]!) * strength;
  });
}

const IMAGE = /\.(png|jpe?g|webp)$/i;
const read = new Map<string, Promise<readonly RgbImage[]>>();

function texturesIn(folder: string): Promise<readonly RgbImage[]> {
  let textures = read.get(folder);
  if (!textures) {
    textures = readTextures(folder);
    read.set(folder, textures);
    textures.catch(() => read.delete(folder));
  }
  return textures;
}

async function readTextures(folder: string): Promise<readonly RgbImage[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => IMAGE.test(name)).sort();
  if (names.length === 0)
    throw new OptionError(
      `frost: ${folder}; expected a folder with pictures of frost, PNG or JPEG.`,
      { option: 'frost', value: folder, file: folder },
    );
  return Promise.all(
    names.map(async (name) => {
      const { data, info } = await sharp(join(folder, name))
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, data };
    }),
  );
}

let said = false;

/** Warns once that the frost is generated, so that nobody takes it for the published one. */
export function warnOfOwnFrost(): void {
  if (said) return;
  said = true;
  process.emitWarning(
    "frost: no folder of textures is given, so the frost is made from the seed and is not ImageNet-C's. " +
      'The option frost takes a folder with the pictures of hendrycks/robustness (frost1 to frost5; ' +
      'the original never draws the sixth).',
    'FrostWarning',
  );
}
