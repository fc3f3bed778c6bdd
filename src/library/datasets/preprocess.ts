import { OptionError } from 'selective-brain-damage-statistics';
import sharp from 'sharp';
import { type Cut, evaluationCut, trainingCut } from './cut';
import {
  decoder,
  overLimit,
  type PictureBounds,
  sizeWithin,
  toRgb,
  USUAL_BOUNDS,
} from './decodePicture';
import { type Normalization, normalizationTable } from './normalization';
import type { PictureSettings } from './pictureOptions';
import { resizeBicubicTensorFlow1 } from './resizeBicubicTensorFlow1';
import type { Augmentation } from './types';

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
