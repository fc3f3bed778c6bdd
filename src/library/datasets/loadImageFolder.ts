import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  choice,
  either,
  FLAG,
  listOf,
  type OptionRules,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { checkPath, object } from '../optionRules';
import { FolderSource } from './folderSource';
import { ImageDataset } from './imageDataset';
import { imagesByClass, imagesByList, imagesWithoutClass, rootOf } from './imageFiles';
import { IMAGENET_WNIDS } from './imagenetClasses';
import { IMAGENET_NAMES } from './imagenetNames';
import { type PictureOptions, pictureRules, pictureSettings } from './pictureOptions';
import { sizeOfSmallImages } from './smallImages';

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions extends PictureOptions {
  /**
   * All classes by their subfolders' names, or by those in `labels`, in the classes' order; some may have no
   * images. In an object, keys are these names and values what the classes are called: `{ n01440764: 'tench',
   * … }`. `'imagenet'` stands for ImageNet's 1,000 WordNet ids, which are called by their
   * first words. Default: those that are there, sorted, numbers
   * by value.
   */
  readonly classNames?: readonly string[] | Readonly<Record<string, string>> | 'imagenet';
  /**
   * File that gives each image its class, for images that do not lie in a subfolder for each class: CSV or
   * TSV with the columns `file` and `class`, lines of a file's name and its class, or a class a line for the
   * files in the order of their names. A class is a name of `classNames`, or its number from 0. Default:
   * `list.csv` in the folder, where there is one.
   */
  readonly labels?: string;
  /**
   * Whether the images' classes are unknown: all images below the folder are taken, with class 0. For
   * predictions that are compared with each other. Default false.
   */
  readonly unlabelled?: boolean;
}

const rules: OptionRules<ImageFolderOptions> = {
  ...pictureRules,
  classNames: either(
    choice(['imagenet']),
    either(listOf(TEXT), object('an object of names by subfolder')),
  ),
  labels: TEXT,
  unlabelled: FLAG,
};

/**
 * Opens a folder of JPEG, PNG or WebP files: one subfolder per class, as ImageNet's training set and
 * Tiny ImageNet have (`n01443537/images/…`), or all together with a list of their classes, as ImageNet's
 * validation set comes. Nothing but names and sizes is read before images are asked for, and memory does not
 * grow with their number, unless they are shuffled or listed. An image's id is its path below the folder,
 * `n01440764/ILSVRC2012_val_00000293.JPEG`; images are in the order of their classes, then paths, or in the
 * list's order. A folder that holds nothing but one other is looked into. Preprocessing is that of
 * `loadImageNetRecords`, but images that all have one size, square and smaller than 224 pixels, keep it unless
 * `size` or `resize` say otherwise; `hash` is the sha256 of the paths and sizes, and of
 * the classes in a list.
 *
 * @param folder or a CSV or TSV file with the columns `file` and `class`, paths from its own folder
 * @throws DatasetError where the folder or its images are missing, a subfolder belongs to no
 *   class, an image has none, and, while reading, where a file cannot be decoded or files came or went; also
 *   for a folder of several sets (`train`, `val`), naming them
 * @throws OptionError for a wrong option or value
 */
export async function loadImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageDataset> {
  checkPath('loadImageFolder', 'folder', folder);
  checkOptions('loadImageFolder', options, rules);
  const { classNames: named, labels, unlabelled = false, ...pictures } = options;
  const classes = classesOf(named);
  const given = await asFolder(folder, labels);
  const place = unlabelled ? given : await rootOf(given, classes?.keys);
  const images = unlabelled
    ? await imagesWithoutClass(place.root, classes?.keys)
    : place.labels
      ? await imagesByList(place.root, place.labels, classes?.keys)
      : await imagesByClass(place.root, classes?.keys);
  if (images.size === 0)
    throw new DatasetError(
      `${folder}: no images; expected one subfolder per class with JPEG, PNG or WebP files, or a list of ` +
        'files and classes (labels).',
      { file: folder },
    );
  const side = await sizeOfSmallImages(place.root, images, options);
  const settings = pictureSettings({
    ...pictures,
    ...(side !== undefined && { size: side, resize: side }),
  });
  const absolute = {
    folder: resolve(folder),
    ...(labels !== undefined && { labels: resolve(labels) }),
  };
  const spec = { loader: 'image-folder', options: { ...options, ...absolute } };
  return new ImageDataset(
    new FolderSource(place.root, images, settings, classes?.names ?? images.keys, spec),
  );
}

/** The folder, and its list of labels where it is given. */
async function asFolder(
  folder: string,
  labels: string | undefined,
): Promise<{ readonly root: string; readonly labels?: string }> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isFile() && /\.[ct]sv$/i.test(folder))
    return { root: join(folder, '..'), labels: folder };
  return { root: folder, ...(labels !== undefined && { labels }) };
}

/** The classes as subfolders or lists name them, and as they are called; undefined where nothing is said. */
function classesOf(
  named: ImageFolderOptions['classNames'],
): { readonly keys: readonly string[]; readonly names: readonly string[] } | undefined {
  if (named === undefined) return undefined;
  if (named === 'imagenet') return { keys: IMAGENET_WNIDS, names: IMAGENET_NAMES };
  if (Array.isArray(named)) return { keys: named, names: named };
  return { keys: Object.keys(named), names: Object.values(named as Record<string, string>) };
}
