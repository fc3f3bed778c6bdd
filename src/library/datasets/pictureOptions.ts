import {
  checkOption,
  choice,
  count,
  membersOf,
  type OptionRule,
  type OptionRules,
} from 'selective-brain-damage-statistics/internal';
import { type PictureBounds, USUAL_BOUNDS } from './decodePicture';
import type { Normalization } from './normalization';

/** ImageNet's, as in the paper's training code. */
const IMAGENET_MEAN: Channels = [0.485, 0.456, 0.406];
const IMAGENET_STD: Channels = [0.229, 0.224, 0.225];

/**
 * Whose way from a stored picture to a model's input: how it is resized, and where the central window lies.
 *
 * - `pillow`: Pillow's bicubic filter with antialiasing, the window of the paper's code.
 * - `torchvision`: `Resize` and `CenterCrop` of torchvision on Pillow images, bilinear with antialiasing, as
 *   its own ResNet-50 is evaluated.
 * - `tensorflow1`: `tf.image.resize_bicubic` of TensorFlow 1, without antialiasing, and the window of the
 *   paper's code: the way of the authors' own models.
 */
export type Preprocessing = 'pillow' | 'torchvision' | 'tensorflow1';

const PREPROCESSING: readonly Preprocessing[] = ['pillow', 'torchvision', 'tensorflow1'];

/** Options of the way from a stored picture to a model's input. */
export interface PictureOptions {
  /** How a picture is resized and cropped. Default `'pillow'`. */
  readonly preprocessing?: Preprocessing;
  /** Side of a model's input in pixels. Default 224. */
  readonly size?: number;
  /**
   * Length of the shorter side, to which a picture is resized before the central crop of evaluation.
   * Default `size · 256 / 224`; give `size` itself to crop nothing.
   */
  readonly resize?: number;
  /** Mean of each channel, as a share of full intensity, 0–1. Default ImageNet's: 0.485, 0.456, 0.406. */
  readonly mean?: Channels;
  /** Standard deviation of each channel, in the same unit. Default ImageNet's: 0.229, 0.224, 0.225. */
  readonly std?: Channels;
  /** The most that a picture may ask for. */
  readonly limits?: PictureLimits;
}

/** The most that a picture may ask for; more is an error that names it and this option. */
export interface PictureLimits {
  /** Pixels of a picture, as it is stored and as it is resized. Default 67,108,864 (2^26). */
  readonly pixels?: number;
}

/** A number for red, green and blue. */
export type Channels = readonly [red: number, green: number, blue: number];

/** Three numbers of which the least is `least`, or more than it. */
function channels(least: string, accepts: (value: number) => boolean): OptionRule {
  return {
    expected: `three numbers ${least} to 1, for red, green and blue; of values 0–255, divide by 255`,
    accepts: (value) =>
      Array.isArray(value) && value.length === 3 && value.every((x) => accepts(x) && x <= 1),
  };
}

/** The rules of {@link PictureOptions}, which all loaders of pictures share. */
export const pictureRules: OptionRules<PictureOptions> = {
  preprocessing: choice(PREPROCESSING),
  size: count(),
  resize: count(),
  mean: channels('from 0', (x) => x >= 0),
  std: channels('above 0', (x) => x > 0),
  limits: membersOf<PictureLimits>({ pixels: count() }),
};

/** {@link PictureOptions}, complete. */
export interface PictureSettings extends PictureBounds {
  readonly preprocessing: Preprocessing;
  readonly size: number;
  readonly resize: number;
  readonly normalization: Normalization;
}

/** @throws OptionError where the shorter side is shorter than a model's input */
export function pictureSettings({
  preprocessing = 'pillow',
  size = 224,
  resize = Math.round((size * 256) / 224),
  mean = IMAGENET_MEAN,
  std = IMAGENET_STD,
  limits: { pixels = USUAL_BOUNDS.pixels } = {},
}: PictureOptions): PictureSettings {
  checkOption('resize', resize, resize >= size, `at least size, ${size}`);
  const normalization = { mean: inLevels(mean), std: inLevels(std) };
  return { preprocessing, size, resize, normalization, ...USUAL_BOUNDS, pixels };
}

function inLevels([red, green, blue]: Channels): Channels {
  return [red * 255, green * 255, blue * 255];
}
