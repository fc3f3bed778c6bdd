import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '#library/images/rgbImage';

/** A flat picture of one colour. */
export function flat(side: number, colour: readonly [number, number, number]): RgbImage {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3]!);
  return { width: side, height: side, data };
}

export async function toPng({ width, height, data }: RgbImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Writes a flat picture as a PNG file; its folder is made. */
export async function writeFlat(
  path: string,
  side: number,
  colour: readonly [number, number, number],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await toPng(flat(side, colour)));
}
