import { stat } from 'node:fs/promises';
import { DatasetError } from 'selective-brain-damage-statistics';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import { IMAGENET_A_CLASSES, IMAGENET_WNIDS, imageNetClasses } from './imagenetClasses';
import { loadImageFolder } from './loadImageFolder';
import type { PictureOptions } from './preprocess';
import type { ShiftedSet } from './shiftedSet';
import { recordsFolder } from './tfdsFolder';

/** Options of {@link loadImageNetA}. */
export interface ImageNetAOptions extends PictureOptions {
  /** One name per class, 1,000. Default: WordNet ids. */
  readonly classNames?: readonly string[];
}

/**
 * Opens ImageNet-A, the natural adversarial examples (Hendrycks et al. 2021), streamed: as published
 * (one subfolder per class, named by its WordNet id) or as TFRecords that TFDS wrote (`imagenet_a`,
 * the files' folder or the one above its version).
 *
 * Labels are ImageNet's 1,000; predictions are made among the 200 classes that the set holds, as in
 * its authors' evaluation. Images are resized and cropped as for ImageNet.
 *
 * @throws DatasetError where the folder holds neither, or a subfolder is no class of ImageNet
 */
export async function loadImageNetA(
  folder: string,
  options: ImageNetAOptions = {},
): Promise<ShiftedSet> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new DatasetError(
      `${folder}: no such folder; expected ImageNet-A's subfolders (n01498041, …) or TFRecords.`,
    );
  const records = await recordsFolder(folder);
  const data = records
    ? await loadImageNetRecords(records, { classNames: IMAGENET_WNIDS, ...options })
    : await loadImageFolder(folder, {
        ...options,
        classNames: imageNetClasses(options.classNames),
      });
  return { corruption: 'imagenet-a', severity: 0, data: data.restrictTo(IMAGENET_A_CLASSES) };
}
