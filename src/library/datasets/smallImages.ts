import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeWithin } from './decodePicture';
import type { ImageFiles } from './imageFiles';
import type { PictureOptions } from './pictureOptions';

/** Images looked at, from the start of as many classes. */
const LOOKED_AT = 20;
const USUAL_SIZE = 224;

/**
 * The side of small square images of one size, which are kept as they are where nothing is said. Others that
 * are much smaller than a model's usual input cause a warning.
 */
export async function sizeOfSmallImages(
  root: string,
  images: ImageFiles,
  { size, resize }: PictureOptions,
): Promise<number | undefined> {
  if (size !== undefined || resize !== undefined) return undefined;
  const sizes = await sizesOfSome(root, images);
  const [first] = sizes;
  if (!first) return undefined;
  const { width, height } = first;
  const areAlike = sizes.every((one) => one.width === width && one.height === height);
  if (areAlike && width === height && width < USUAL_SIZE) return width;
  if (sizes.every((one) => Math.max(one.width, one.height) < USUAL_SIZE / 2))
    process.emitWarning(
      `${root}: images such as ${width} × ${height} pixels are enlarged to ${USUAL_SIZE} × ${USUAL_SIZE}, ` +
        'which takes long; the option size keeps them small.',
    );
  return undefined;
}

/** The sizes of the first images of some classes; of those that can be read. */
async function sizesOfSome(
  root: string,
  images: ImageFiles,
): Promise<{ readonly width: number; readonly height: number }[]> {
  const ids = new Map<number, string>();
  for await (const { id, label } of images.files()) {
    if (!ids.has(label)) ids.set(label, id);
    if (ids.size === LOOKED_AT) break;
  }
  const sizes = await Promise.all(
    [...ids.values()].map((id) =>
      readFile(join(root, id))
        .then((encoded) => sizeWithin(encoded))
        .catch(() => undefined),
    ),
  );
  return sizes.filter((one) => one !== undefined);
}
