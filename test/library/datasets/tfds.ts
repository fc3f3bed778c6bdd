import type { RgbImage } from '#library/images/rgbImage';
import { writeRecords } from '#library/records/writeRecords';
import { toPng } from './pictures';

/** Writes one picture under several labels as TFDS does: `label` from 0, `image`, `file_name`. */
export async function writeTfds(
  path: string,
  picture: RgbImage,
  rows: readonly { readonly label: number; readonly name: string }[],
): Promise<void> {
  const image = await toPng(picture);
  const records = rows.map(({ label, name }) => ({
    ...{ image, label: 0 },
    features: {
      image: { bytes: [image] },
      label: { int64: [label] },
      file_name: { bytes: [name] },
      // What our own writer adds.
      'image/encoded': { bytes: [] },
      'image/class/label': { int64: [] },
    },
  }));
  await writeRecords(records, path);
}
