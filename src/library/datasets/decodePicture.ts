import { imageSize as sizeOf } from 'image-size';
import sharp from 'sharp';
import type { RgbImage } from '../images/rgbImage';

/** The formats that are read, by their first bytes in hex; libvips knows others, of which SVG can name files. */
const FORMATS = {
  jpeg: /^ffd8ff/,
  png: /^89504e470d0a1a0a/,
  webp: /^52494646.{8}57454250/,
} as const;

/** A format of pictures. */
export type PictureFormat = keyof typeof FORMATS;

/** What a picture may be. */
export interface PictureBounds {
  /** The most pixels of a picture, as it is stored and as it is resized. */
  readonly pixels: number;
  /** The formats that are decoded. */
  readonly formats: readonly PictureFormat[];
}

/** What a picture may be where nothing is said: 2^26 pixels in any of the formats. */
export const USUAL_BOUNDS: PictureBounds = {
  pixels: 2 ** 26,
  formats: Object.keys(FORMATS) as PictureFormat[],
};

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
 * The size of a picture, which is checked before a pixel is decoded.
 *
 * @throws Error where it is of another format, or has more pixels
 */
export function sizeWithin(
  encoded: Uint8Array,
  { pixels, formats }: PictureBounds = USUAL_BOUNDS,
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

/** The end of an error about a picture with too many pixels. */
export function overLimit(pixels: number): string {
  return `more than the limit of ${pixels}; { limits: { pixels: … } } gives a larger one`;
}

/**
 * Colour profiles and the orientation in EXIF are ignored, as TensorFlow and torchvision do, and
 * so are a JPEG's mere warnings. Damage is an error where what is asked for lies behind it: the
 * decoder stops after the last row it needs.
 */
export function decoder(encoded: Uint8Array): sharp.Sharp {
  // Its size was held against the limit before.
  return sharp(encoded, { failOn: 'error', ignoreIcc: true, limitInputPixels: false });
}

/** Has libvips give 8-bit RGB without alpha. */
export function toRgb(image: sharp.Sharp): sharp.Sharp {
  return image.toColourspace('srgb').removeAlpha().raw();
}
