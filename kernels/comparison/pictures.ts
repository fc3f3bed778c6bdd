import sharp from 'sharp';

/** Pictures are compared at this fraction of their size, where differences in antialiasing vanish. */
const SCALE = 0.25;
/** Of 255, per pixel and channel. */
const TOLERANCE = 24;

/** How two pictures differ, given as base64; undefined where they are alike. */
export async function picturesDiffer(
  stored: string,
  run: string,
): Promise<{ readonly stored: string; readonly run: string } | undefined> {
  if (stored.trim() === run.trim()) return undefined;
  const [before, now] = (await Promise.all([stored, run].map(decode))) as [Picture, Picture];
  const size = ({ width, height }: Picture) => `${width} × ${height} pixels`;
  if (size(before) !== size(now)) return { stored: size(before), run: size(now) };
  let largest = 0;
  for (const [i, value] of now.small.entries())
    largest = Math.max(largest, Math.abs(value - before.small[i]!));
  if (largest <= TOLERANCE) return undefined;
  return { stored: size(before), run: `pixels that differ by up to ${largest} of 255` };
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly small: Buffer;
}

async function decode(base64: string): Promise<Picture> {
  const picture = sharp(Buffer.from(base64, 'base64'));
  const { width, height } = await picture.metadata();
  const small = await picture
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize(Math.ceil(width * SCALE), Math.ceil(height * SCALE), { fit: 'fill' })
    .raw()
    .toBuffer();
  return { width, height, small };
}
