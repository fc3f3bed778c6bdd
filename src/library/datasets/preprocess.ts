import { imageSize as sizeOf } from 'image-size';
import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkOption,
  choice,
  count,
  membersOf,
  type OptionRule,
  type OptionRules,
  type Random,
} from 'selective-brain-damage-statistics/internal';
import sharp from 'sharp';
import type { Region, RgbImage } from '../images/rgbImage';
import { type Normalization, normalizationTable } from './normalization';
import { resizeBicubicTensorFlow1 } from './resizeBicubicTensorFlow1';
import type { Augmentation } from './types';
import { flips } from './views/augment';

/** ImageNet's, as in the paper's training code. */
const IMAGENET_MEAN: Channels = [0.485, 0.456, 0.406];
const IMAGENET_STD: Channels = [0.229, 0.224, 0.225];
export const IMAGENET_NORMALIZATION: Normalization = {
  mean: inLevels(IMAGENET_MEAN),
  std: inLevels(IMAGENET_STD),
};

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

const MOST_PIXELS = 2 ** 26;

/** The formats that are read, by their first bytes in hex; libvips knows others, of which SVG can name files. */
const FORMATS = {
  jpeg: /^ffd8ff/,
  png: /^89504e470d0a1a0a/,
  webp: /^52494646.{8}57454250/,
} as const;

/** A format of pictures. */
export type PictureFormat = keyof typeof FORMATS;

const ALL_FORMATS = Object.keys(FORMATS) as PictureFormat[];

const USUAL_BOUNDS: PictureBounds = { pixels: MOST_PIXELS, formats: ALL_FORMATS };

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
export interface PictureSettings {
  readonly preprocessing: Preprocessing;
  readonly size: number;
  readonly resize: number;
  readonly normalization: Normalization;
  /** The most pixels of a picture, as it is stored and as it is resized. */
  readonly pixels: number;
  /** The formats that are decoded. */
  readonly formats: readonly PictureFormat[];
}

/** What a picture may be: the part of the settings that decoding needs. */
export type PictureBounds = Pick<PictureSettings, 'pixels' | 'formats'>;

/** @throws OptionError where the shorter side is shorter than a model's input */
export function pictureSettings({
  preprocessing = 'pillow',
  size = 224,
  resize = Math.round((size * 256) / 224),
  mean = IMAGENET_MEAN,
  std = IMAGENET_STD,
  limits: { pixels = MOST_PIXELS } = {},
}: PictureOptions): PictureSettings {
  checkOption('resize', resize, resize >= size, `at least size, ${size}`);
  const normalization = { mean: inLevels(mean), std: inLevels(std) };
  return { preprocessing, size, resize, normalization, pixels, formats: ALL_FORMATS };
}

function inLevels([red, green, blue]: Channels): Channels {
  return [red * 255, green * 255, blue * 255];
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

/**
 * The model's input of an encoded image, by training's cut with `augment`, else by evaluation's.
 *
 * @param into where to, as {@link preprocess} takes it
 */
export async function inputOf(
  encoded: Uint8Array,
  settings: PictureSettings,
  augment?: Augmentation,
  into?: Float32Array,
): Promise<Float32Array> {
  if (augment?.crop !== undefined)
    throw new OptionError(
      `augment.crop: ${augment.crop}; these images are cropped to a part of their area, not shifted.`,
      { option: 'augment.crop', value: augment.crop },
    );
  const cutOf = (width: number, height: number) =>
    augment
      ? trainingCut(width, height, settings, augment)
      : evaluationCut(width, height, settings);
  return preprocess(encoded, cutOf, settings.normalization, into, settings);
}

/** Decodes a picture of any colour space to 8-bit RGB, on a thread of its own. */
export async function decodeImage(
  encoded: Uint8Array,
  bounds: PictureBounds = USUAL_BOUNDS,
): Promise<RgbImage> {
  sizeWithin(encoded, bounds);
  const { data, info } = await toRgb(decoder(encoded)).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Throws where the image cannot be decoded. Every pixel counts, at an eighth of a JPEG's size. */
export async function checkDecodes(
  encoded: Uint8Array,
  bounds: PictureBounds = USUAL_BOUNDS,
): Promise<void> {
  sizeWithin(encoded, bounds);
  await decoder(encoded).resize(8, 8, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
}

/**
 * Decodes an image, cuts the model's input out of it and normalises it. Decoding runs on a thread of its
 * own, and so does resizing but for TensorFlow 1's.
 *
 * @param cutOf the cut for an image of this width and height
 * @param into where to, float32 [size × size × 3]; default: an array of its own
 * @param bounds what the image may be
 * @returns float32 `[size, size, 3]`
 */
export async function preprocess(
  encoded: Uint8Array,
  cutOf: (width: number, height: number) => Cut,
  normalization: Normalization,
  into?: Float32Array,
  bounds: PictureBounds = USUAL_BOUNDS,
): Promise<Float32Array> {
  const { width, height } = sizeWithin(encoded, bounds);
  const { pixels } = bounds;
  const cut = cutOf(width, height);
  if (cut.width * cut.height > pixels)
    throw new Error(
      `its ${width} × ${height} pixels would be resized to ${cut.width} × ${cut.height}, ${overLimit(pixels)}`,
    );
  const { crop } = cut;
  const image = decoder(encoded);
  // Cropping to all of the image would cost a tenth of the time.
  const isWhole = crop.width === width && crop.height === height;
  const cropped = isWhole ? image : image.extract(crop);
  const resampled = await (cut.preprocessing === 'tensorflow1'
    ? resampleAsTensorFlow1(cropped, cut)
    : resample(cropped, cut));
  return normalize(resampled, cut, normalization, into ?? new Float32Array(cut.size ** 2 * 3));
}

/** The size of a picture, which is checked before a pixel is decoded. */
function sizeWithin(
  encoded: Uint8Array,
  { pixels, formats }: PictureBounds,
): { width: number; height: number } {
  const begin = Buffer.from(encoded.subarray(0, 12)).toString('hex');
  if (!formats.some((format) => FORMATS[format].test(begin)))
    throw new Error(`it begins with ${begin}`);
  const { width, height } = sizeOf(encoded);
  if (!(width > 0 && height > 0)) throw new Error(`it has ${width} × ${height} pixels`);
  if (width * height > pixels)
    throw new Error(`it has ${width} × ${height} pixels, ${overLimit(pixels)}`);
  return { width, height };
}

function overLimit(pixels: number): string {
  return `more than the limit of ${pixels}; { limits: { pixels: … } } gives a larger one`;
}

/** A decoded image in which a cut's window starts at `left`, `top`. */
interface Resampled {
  /** Grey levels, 0–255; those of TensorFlow 1 are no whole numbers and may lie beyond. */
  readonly data: Buffer | Float32Array;
  readonly width: number;
  readonly channels: number;
  readonly left: number;
  readonly top: number;
}

async function resample(cropped: sharp.Sharp, cut: Cut): Promise<Resampled> {
  const { crop, width, height } = cut;
  const shrunk = cropped.resize(Math.min(width, crop.width), Math.min(height, crop.height), {
    fit: 'fill',
    kernel: cut.preprocessing === 'torchvision' ? 'linear' : 'cubic',
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
  const { crop, width, height, preprocessing } = cut;
  const source = await toRgb(
    shrunk.extend({ left: EDGE, right: EDGE, top: EDGE, bottom: EDGE, extendWith: 'copy' }),
  ).toBuffer({ resolveWithObject: true });
  const x = enlargement(crop.width, width);
  const y = enlargement(crop.height, height);
  const { data, info } = await sharp(source.data, { raw: source.info as sharp.Raw })
    .affine([x.scale, 0, 0, y.scale], {
      interpolator: preprocessing === 'torchvision' ? 'bilinear' : 'bicubic',
      odx: x.shift,
      ody: y.shift,
    })
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

async function resampleAsTensorFlow1(cropped: sharp.Sharp, cut: Cut): Promise<Resampled> {
  const { data, info } = await toRgb(cropped).toBuffer({ resolveWithObject: true });
  const { size } = cut;
  const window = resizeBicubicTensorFlow1(
    { width: info.width, height: info.height, data },
    { width: cut.width, height: cut.height },
    { left: cut.left, top: cut.top, width: size, height: size },
  );
  return { data: window, width: size, channels: 3, left: 0, top: 0 };
}

function normalize(
  source: Resampled,
  cut: Cut,
  normalization: Normalization,
  pixels: Float32Array,
): Float32Array {
  const { data, channels } = source;
  const { size } = cut;
  const valueAt = data instanceof Float32Array ? scaler(normalization) : reader(normalization);
  const step = cut.flip ? -channels : channels;
  let to = 0;
  for (let y = 0; y < size; y++) {
    const first = source.left + (cut.flip ? size - 1 : 0);
    let from = ((source.top + y) * source.width + first) * channels;
    for (let x = 0; x < size; x++, from += step)
      for (let c = 0; c < 3; c++) pixels[to++] = valueAt(data[from + c]!, c);
  }
  return pixels;
}

/** Normalises whole grey levels. */
function reader(normalization: Normalization): (level: number, channel: number) => number {
  const table = normalizationTable(normalization);
  return (level, channel) => table[channel]![level]!;
}

/** Normalises grey levels of any value. */
function scaler({ mean, std }: Normalization): (level: number, channel: number) => number {
  return (level, channel) => (level - mean[channel]!) / std[channel]!;
}

/**
 * Colour profiles and the orientation in EXIF are ignored, as TensorFlow and torchvision do, and
 * so are a JPEG's mere warnings. Damage is an error where what is asked for lies behind it: the
 * decoder stops after the last row it needs.
 */
function decoder(encoded: Uint8Array): sharp.Sharp {
  // Its size was held against the limit before.
  return sharp(encoded, { failOn: 'error', ignoreIcc: true, limitInputPixels: false });
}

function toRgb(image: sharp.Sharp): sharp.Sharp {
  return image.toColourspace('srgb').removeAlpha().raw();
}
