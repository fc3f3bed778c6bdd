import type { Random } from 'selective-brain-damage-statistics/internal';
import type { Region } from '../images/rgbImage';
import type { PictureSettings, Preprocessing } from './pictureOptions';
import type { Augmentation } from './types';
import { flips } from './views/augment';

/** A cut of a model's input out of an image: crop, resize, square window, flip. */
export interface Cut {
  /** The part of the stored image that is used. */
  readonly crop: Region;
  /** Size to which the crop is resized. */
  readonly width: number;
  readonly height: number;
  /** The upper left corner of the window in the resized crop. */
  readonly left: number;
  readonly top: number;
  /** Side of the window. */
  readonly size: number;
  /** Mirrored, left for right. */
  readonly flip: boolean;
  /** Whose filter resizes. */
  readonly preprocessing: Preprocessing;
}

/**
 * Evaluation: the shorter side resized to `resize`, the central `size × size` window. The longer side is
 * rounded down. An odd margin puts its extra pixel first, as in the authors' code, or where Python's
 * rounding of halves puts it, as torchvision does.
 */
export function evaluationCut(
  width: number,
  height: number,
  { size, resize, preprocessing }: Pick<PictureSettings, 'size' | 'resize' | 'preprocessing'>,
): Cut {
  const long = (side: number, other: number) =>
    preprocessing === 'tensorflow1'
      ? Math.floor(Math.fround(Math.fround(side / other) * resize))
      : Math.floor((resize * side) / other);
  const resizedWidth = width <= height ? resize : long(width, height);
  const resizedHeight = height <= width ? resize : long(height, width);
  const start = (length: number) =>
    preprocessing === 'torchvision'
      ? roundHalfEven((length - size) / 2)
      : Math.floor((length - size + 1) / 2);
  return {
    crop: { left: 0, top: 0, width, height },
    ...{ width: resizedWidth, height: resizedHeight },
    ...{ left: start(resizedWidth), top: start(resizedHeight) },
    ...{ size, flip: false, preprocessing },
  };
}

/** The nearest whole number; of two, the even one, as Python rounds. */
function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

const CROP_AREA = [0.08, 1] as const;
const CROP_ASPECT = [3 / 4, 4 / 3] as const;
const CROP_ATTEMPTS = 10;

/**
 * Training: a random crop of 8–100% of the area (uniform) with aspect 3/4–4/3 (log-uniform),
 * resized to `size × size`, mirrored half of the time. Where ten draws do not fit the image, the
 * central crop that does, as large as the aspect allows.
 */
export function trainingCut(
  width: number,
  height: number,
  { size, preprocessing }: Pick<PictureSettings, 'size' | 'preprocessing'>,
  random: Augmentation,
): Cut {
  return {
    crop: randomCrop(width, height, random),
    ...{ width: size, height: size, left: 0, top: 0 },
    ...{ size, flip: flips(random), preprocessing },
  };
}

function randomCrop(width: number, height: number, random: Random): Region {
  const between = (low: number, high: number) => low + (high - low) * random();
  for (let attempt = 0; attempt < CROP_ATTEMPTS; attempt++) {
    const area = width * height * between(...CROP_AREA);
    const aspect = Math.exp(between(Math.log(CROP_ASPECT[0]), Math.log(CROP_ASPECT[1])));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      left: Math.floor(between(0, width - w + 1)),
      top: Math.floor(between(0, height - h + 1)),
      width: w,
      height: h,
    };
  }
  const w = Math.min(width, Math.round(height * CROP_ASPECT[1]));
  const h = Math.min(height, Math.round(width / CROP_ASPECT[0]));
  return {
    left: Math.floor((width - w) / 2),
    top: Math.floor((height - h) / 2),
    width: w,
    height: h,
  };
}
