import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  type OptionRules,
  type Random,
  randomFrom,
  requireAwaited,
  SEED,
  shown,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import type { RgbImage } from '../images/rgbImage';
import { defocusBlur, gaussianBlur, glassBlur, motionBlur, zoomBlur } from './blur';
import type { Corruption } from './corruption';
import { contrast, elasticTransform, jpegCompression, pixelate, saturate } from './digital';
import { warnOfOwnFrost } from './frost';
import {
  type CorruptionName,
  type CorruptionScale,
  checkCorruption,
  checkSeverity,
  SCALE,
  scaleFor,
} from './names';
import { gaussianNoise, impulseNoise, shotNoise, speckleNoise } from './noise';
import { toImage, toRaster } from './raster';
import { spatter } from './spatter';
import { brightness, fog, frost, snow } from './weather';

/** Options of {@link corrupt}. */
export interface CorruptOptions {
  /** Decides everything random. Default 0. */
  readonly seed?: number;
  /**
   * Which of the two published sets of parameters, which are in pixels: `imagenet`, for images of
   * about 224 × 224, or `cifar`, for 32 × 32. Default `cifar` where no side of the image is longer
   * than 64 pixels, else `imagenet`.
   */
  readonly scale?: CorruptionScale;
  /**
   * A folder with pictures of frost, PNG or JPEG, larger than the image (`cifar`: five times). Those
   * of hendrycks/robustness are `frost1` to `frost5`; the sixth there is never drawn. Without a
   * folder `frost` makes its own from the seed, and warns that it does.
   */
  readonly frost?: string;
}

/** The options' rules, which the other cells that corrupt images share. */
export const corruptRules: OptionRules<CorruptOptions> = { seed: SEED, scale: SCALE, frost: TEXT };

const BY_NAME: Readonly<Record<CorruptionName, Corruption>> = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  impulse_noise: impulseNoise,
  defocus_blur: defocusBlur,
  glass_blur: glassBlur,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  elastic_transform: elasticTransform,
  pixelate,
  jpeg_compression: jpegCompression,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianBlur,
  spatter,
  saturate,
};

/** Pixels; corrupted images with a shorter side show nothing. */
const SHORTEST_SIDE = 8;

/**
 * Corrupts an image as ImageNet-C and CIFAR-10-C were (Hendrycks & Dietterich 2019): 15 corruptions
 * and 4 extra ones at 5 severities, with the published parameters. The published ImageNet-C was
 * stored as JPEG of quality 85 afterwards, which is not done here.
 *
 * The same image, name, severity and options give the same pixels. Random parts follow the published
 * definitions, with other random numbers than those of the published sets.
 *
 * @param image 8-bit RGB of at least 8 × 8 pixels, not changed
 * @param severity 1 (mild) to 5
 * @returns 8-bit RGB of the same size
 * @throws OptionError for an unknown name, severity or scale, for an image whose data does not fit
 *   its size, and for a folder without frost
 */
export async function corrupt(
  image: RgbImage,
  name: CorruptionName,
  severity: number,
  options: CorruptOptions = {},
): Promise<RgbImage> {
  checkImage('corrupt', image);
  checkCorruption(name);
  checkSeverity(severity);
  checkOptions('corrupt', options, corruptRules);
  const { seed = 0, frost: textures } = options;
  const { scale = scaleFor(image.width, image.height) } = options;
  if (name === 'frost' && textures === undefined) warnOfOwnFrost();
  return corruptWith(randomFrom(seed, name, severity), image, name, severity, scale, textures);
}

/** {@link corrupt} with a given random stream, without its checks and its warning. */
export async function corruptWith(
  random: Random,
  image: RgbImage,
  name: CorruptionName,
  severity: number,
  scale: CorruptionScale,
  textures?: string,
): Promise<RgbImage> {
  return toImage(await BY_NAME[name].apply(toRaster(image), scale, severity - 1, random, textures));
}

/**
 * Checks an argument that is an image to corrupt.
 *
 * @throws OptionError for a promise, for an image that is too small or whose data does not fit its size
 */
export function checkImage(cell: string, image: RgbImage): void {
  requireAwaited(cell, 'image', image);
  const { width, height, data } = (image ?? {}) as Partial<RgbImage>;
  if (typeof width !== 'number' || typeof height !== 'number' || data === undefined)
    throw new OptionError(
      `${cell}: expected an image { width, height, data }, found ${shown(image)}.`,
      { option: 'image', value: image },
    );
  const whole = Number.isInteger(width) && Number.isInteger(height);
  if (!whole || width < SHORTEST_SIDE || height < SHORTEST_SIDE)
    throw new OptionError(
      `image: ${width} × ${height} pixels; expected at least ${SHORTEST_SIDE} × ${SHORTEST_SIDE}.`,
      { option: 'image', value: image },
    );
  if (!(data instanceof Uint8Array) || data.length !== width * height * 3)
    throw new OptionError(
      `image: ${data.length} numbers (${data.constructor.name}) for ${width} × ${height} pixels; ` +
        `expected ${width * height * 3} bytes (Uint8Array), red, green and blue of each pixel.`,
      { option: 'image', value: image },
    );
}
