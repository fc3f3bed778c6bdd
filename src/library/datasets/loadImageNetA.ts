import { stat } from 'node:fs/promises';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  listOf,
  type OptionRules,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { checkPath } from '../optionRules';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import { pictureLimits, type RecordLimits, recordLimits } from '../records/recordLimits';
import { recordsFolder } from '../records/recordsFolder';
import { IMAGENET_A_CLASSES, IMAGENET_WNIDS, imageNetClasses } from './imagenetClasses';
import { loadImageFolder } from './loadImageFolder';
import { type PictureOptions, pictureRules } from './pictureOptions';
import type { ShiftedSet } from './shiftedSet';

/** Options of {@link loadImageNetA}. */
export interface ImageNetAOptions extends PictureOptions {
  /** The most that the files may ask for. */
  readonly limits?: RecordLimits;
  /** One name per class, 1,000. Default: WordNet ids. */
  readonly classNames?: readonly string[];
  /**
   * Classes among which a network predicts. Default `'set'`: the 200 that have images, as the authors of
   * ImageNet-A evaluate; `'all'`: ImageNet's 1,000, as Hooker et al. do, which gives a lower top-1.
   */
  readonly candidates?: 'set' | 'all';
}

const rules: OptionRules<ImageNetAOptions> = {
  ...pictureRules,
  limits: recordLimits,
  classNames: listOf(TEXT),
  candidates: choice(['set', 'all']),
};

/**
 * Opens ImageNet-A, the natural adversarial examples (Hendrycks et al. 2021), streamed: as published
 * (one subfolder per class, named by its WordNet id) or as TFRecords that TFDS wrote (`imagenet_a`,
 * the files' folder or the one above its version).
 *
 * Labels are ImageNet's 1,000; predictions are restricted to the 200 classes of the set unless `candidates`
 * says otherwise. Images are resized and cropped as for ImageNet.
 *
 * @throws DatasetError where the folder holds neither, or a subfolder is no class of ImageNet
 * @throws OptionError for a wrong option or value
 */
export async function loadImageNetA(
  folder: string,
  options: ImageNetAOptions = {},
): Promise<ShiftedSet> {
  checkPath('loadImageNetA', 'folder', folder);
  checkOptions('loadImageNetA', options, rules);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new DatasetError(
      `${folder}: no such folder; expected ImageNet-A's subfolders (n01498041, …) or TFRecords.`,
      { file: folder },
    );
  const { candidates = 'set', ...how } = options;
  const records = await recordsFolder(folder);
  const data = records
    ? await loadImageNetRecords(records, { classNames: IMAGENET_WNIDS, ...how })
    : await loadImageFolder(folder, {
        ...how,
        limits: pictureLimits(how.limits),
        classNames: imageNetClasses(how.classNames),
      });
  return {
    corruption: 'imagenet-a',
    severity: 0,
    data: candidates === 'all' ? data : data.restrictTo(IMAGENET_A_CLASSES),
  };
}
