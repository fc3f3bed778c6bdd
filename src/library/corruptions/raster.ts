import type { RgbImage } from '../images/rgbImage';

/** An image to compute with. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 3 of a picture, 1 of a layer. */
  readonly channels: number;
  /** `height × width × channels`, in grey levels (0–255 in a picture). */
  readonly data: Float32Array;
}

/** A raster of the same shape with other numbers. */
export function like(raster: Raster, data: Float32Array): Raster {
  const { width, height, channels } = raster;
  return { width, height, channels, data };
}

/** Applies `of` to every number. */
export function mapped(raster: Raster, of: (value: number, index: number) => number): Raster {
  return like(raster, raster.data.map(of));
}

export function toRaster({ width, height, data }: RgbImage): Raster {
  return { width, height, channels: 3, data: new Float32Array(data) };
}

/** Whole grey levels sometimes arrive as 31.999998. */
const ROUNDING = 1e-3;

/** Numbers clipped to 0–255 and cut to whole ones, as the published sets were stored. */
export function toBytes(data: Float32Array): Uint8Array {
  // Clamped arrays would round where the published sets cut.
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.min(255, Math.max(0, data[i]!)) + ROUNDING;
  return bytes;
}

export function toImage({ width, height, data }: Raster): RgbImage {
  return { width, height, data: toBytes(data) };
}
