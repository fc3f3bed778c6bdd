import { imageSize as sizeOf } from 'image-size';
import {
  checkOption,
  count,
  type OptionRules,
  type Random,
} from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { RgbImage } from '../images/rgbImage';
import { object } from '../optionRules';
import { type Normalization, normalizationTable } from './normalization';
import type { Augmentation } from './types';
import { flips } from './views/augment';

/** ImageNet's, as in the paper's training code. */
export const IMAGENET_NORMALIZATION: Normalization = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  std: [0.229 * 255, 0.224 * 255, 0.225 * 255],
};

/** Options of the way from a stored picture to a model's input. */
export interface PictureOptions {
  /** Side of a model's input in pixels. Default 224. */
  readonly imageSize?: number;
  /**
   * Length of the shorter side, to which a picture is resized before the central crop of evaluation.
   * Default `imageSize · 256 / 224`; give `imageSize` itself to crop nothing.
   */
  readonly shorterSide?: number;
  /** Mean and standard deviation per channel, of values 0–255. Default ImageNet's. */
  readonly normalization?: Normalization;
}

/** The rules of {@link PictureOptions}, which all loaders of pictures share. */
export const pictureRules: OptionRules<PictureOptions> = {
  imageSize: count(),
  shorterSide: count(),
  normalization: object('{ mean, std } of the channels'),
};

/** {@link PictureOptions}, complete. */
export type PictureSettings = Required<PictureOptions>;

/** @throws OptionError where the shorter side is shorter than a model's input */
export function pictureSettings({
  imageSize = 224,
  shorterSide = Math.round((imageSize * 256) / 224),
  normalization = IMAGENET_NORMALIZATION,
}: PictureOptions): PictureSettings {
  checkOption(
    'shorterSide',
    shorterSide,
    shorterSide >= imageSize,
    `at least imageSize, ${imageSize}`,
  );
  return { imageSize, shorterSide, normalization };
}

/** A rectangle of an image, in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

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
}

/**
 * Evaluation: the shorter side resized to `shorterSide`, the central `size × size` window. The
 * longer side is rounded down and an odd margin puts its extra pixel first, as in the authors' code.
 */
export function evaluationCut(
  width: number,
  height: number,
  size: number,
  shorterSide: number,
): Cut {
  const scale = shorterSide / Math.min(width, height);
  // The shorter side is set, since a product of floats may end just below it.
  const resizedWidth = width <= height ? shorterSide : Math.floor(width * scale);
  const resizedHeight = height <= width ? shorterSide : Math.floor(height * scale);
  return {
    crop: { left: 0, top: 0, width, height },
    width: resizedWidth,
    height: resizedHeight,
    left: Math.floor((resizedWidth - size + 1) / 2),
    top: Math.floor((resizedHeight - size + 1) / 2),
    size,
    flip: false,
  };
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
  size: number,
  random: Augmentation,
): Cut {
  return {
    crop: randomCrop(width, height, random),
    width: size,
    height: size,
    left: 0,
    top: 0,
    size,
    flip: flips(random),
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

/**
 * The model's input of an encoded image, by training's cut with `augment`, else by evaluation's.
 *
 * @param into where to, as {@link preprocess} takes it
 */
export function inputOf(
  encoded: Uint8Array,
  { imageSize, shorterSide, normalization }: PictureSettings,
  augment?: Augmentation,
  into?: Float32Array,
): Promise<Float32Array> {
  const cutOf = (width: number, height: number) =>
    augment
      ? trainingCut(width, height, imageSize, augment)
      : evaluationCut(width, height, imageSize, shorterSide);
  return preprocess(encoded, cutOf, normalization, into);
}

/** Decodes a JPEG or PNG of any colour space to 8-bit RGB, on a thread of its own. */
export async function decodeImage(encoded: Uint8Array): Promise<RgbImage> {
  const { data, info } = await toRgb(decoder(encoded)).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Throws where the image cannot be decoded. Every pixel counts, at an eighth of a JPEG's size. */
export async function checkDecodes(encoded: Uint8Array): Promise<void> {
  await decoder(encoded).resize(8, 8, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
}

/**
 * Decodes an image, cuts the model's input out of it and normalises it. Decoding and the bicubic
 * resize (a = −0.5, with antialiasing, as Pillow's) run on a thread of their own.
 *
 * @param cutOf the cut for an image of this width and height
 * @param into where to, float32 [size × size × 3]; default: an array of its own
 * @returns float32 `[size, size, 3]`
 */
export async function preprocess(
  encoded: Uint8Array,
  cutOf: (width: number, height: number) => Cut,
  normalization: Normalization,
  into?: Float32Array,
): Promise<Float32Array> {
  const { width, height } = sizeOf(encoded);
  const cut = cutOf(width, height);
  const { crop } = cut;
  const image = decoder(encoded);
  // Cropping to all of the image would cost a tenth of the time.
  const isWhole = crop.width === width && crop.height === height;
  const resampled = await resample(isWhole ? image : image.extract(crop), cut);
  return normalize(resampled, cut, normalization, into ?? new Float32Array(cut.size ** 2 * 3));
}

/** A decoded image in which a cut's window starts at `left`, `top`. */
interface Resampled {
  readonly data: Buffer;
  readonly width: number;
  readonly channels: number;
  readonly left: number;
  readonly top: number;
}

async function resample(cropped: sharp.Sharp, cut: Cut): Promise<Resampled> {
  const { crop, width, height } = cut;
  const shrunk = cropped.resize(Math.min(width, crop.width), Math.min(height, crop.height), {
    fit: 'fill',
    kernel: 'cubic',
    fastShrinkOnLoad: false,
  });
  if (width > crop.width || height > crop.height) return enlarge(shrunk, cut);
  shrunk.extract({ left: cut.left, top: cut.top, width: cut.size, height: cut.size });
  const { data, info } = await toRgb(shrunk).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, channels: info.channels, left: 0, top: 0 };
}

/** Pixels repeated around an image, so that the bicubic kernel finds neighbours at its edges. */
const EDGE = 3;

/**
 * libvips' resize puts an enlarged image half a pixel too far right and down; its affine transform
 * takes the offset that centres it.
 */
async function enlarge(shrunk: sharp.Sharp, cut: Cut): Promise<Resampled> {
  const { crop, width, height } = cut;
  const source = await toRgb(
    shrunk.extend({ left: EDGE, right: EDGE, top: EDGE, bottom: EDGE, extendWith: 'copy' }),
  ).toBuffer({ resolveWithObject: true });
  const x = enlargement(crop.width, width);
  const y = enlargement(crop.height, height);
  const { data, info } = await sharp(source.data, { raw: source.info as sharp.Raw })
    .affine([x.scale, 0, 0, y.scale], { interpolator: 'bicubic', odx: x.shift, ody: y.shift })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    data,
    width: info.width,
    channels: info.channels,
    left: x.start + cut.left,
    top: y.start + cut.top,
  };
}

/**
 * Along one axis: output pixel `start + i` lies where pixel i of the enlarged image should, which
 * is at source coordinate (i + 0.5) / scale − 0.5. The shift makes `start` a whole number.
 */
function enlargement(from: number, to: number): { scale: number; shift: number; start: number } {
  const scale = Math.max(1, to / from);
  const exact = 0.5 + (EDGE - 0.5) * scale;
  const start = Math.ceil(exact);
  return { scale, shift: start - exact, start };
}

function normalize(
  source: Resampled,
  cut: Cut,
  normalization: Normalization,
  pixels: Float32Array,
): Float32Array {
  const { data, channels } = source;
  const [red, green, blue] = normalizationTable(normalization);
  const { size } = cut;
  const step = cut.flip ? -channels : channels;
  let to = 0;
  for (let y = 0; y < size; y++) {
    const first = source.left + (cut.flip ? size - 1 : 0);
    let from = ((source.top + y) * source.width + first) * channels;
    for (let x = 0; x < size; x++, from += step, to += 3) {
      pixels[to] = red![data[from]!]!;
      pixels[to + 1] = green![data[from + 1]!]!;
      pixels[to + 2] = blue![data[from + 2]!]!;
    }
  }
  return pixels;
}

/**
 * Colour profiles and the orientation in EXIF are ignored, as TensorFlow and torchvision do, and
 * so are a JPEG's mere warnings. Damage is an error where what is asked for lies behind it: the
 * decoder stops after the last row it needs.
 */
function decoder(encoded: Uint8Array): sharp.Sharp {
  return sharp(encoded, { failOn: 'error', ignoreIcc: true });
}

function toRgb(image: sharp.Sharp): sharp.Sharp {
  return image.toColourspace('srgb').removeAlpha().raw();
}
