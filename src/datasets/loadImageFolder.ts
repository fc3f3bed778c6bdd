import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatasetError, OptionError } from '../errors';
import { type Random, shuffleInPlace } from '../random';
import {
  decodeImage,
  evaluationCut,
  IMAGENET_NORMALIZATION,
  preprocess,
  trainingCut,
} from '../records/preprocess';
import { type Example, ImageDataset, type ImageSource } from './imageDataset';
import type { Normalization } from './normalization';

/** How a model's input is made of a stored picture. */
export interface PictureOptions {
  /** Side of a model's input in pixels. Default 224. */
  readonly imageSize?: number;
  /**
   * What the shorter side is resized to before the central crop of evaluation. Default
   * `imageSize · 256 / 224`; give `imageSize` itself for images that are to be taken whole.
   */
  readonly shorterSide?: number;
  /** Mean and standard deviation per channel, of values 0–255. Default ImageNet's. */
  readonly normalization?: Normalization;
}

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions extends PictureOptions {
  /**
   * The names of the subfolders of all classes, in the classes' order; one that is not there is a
   * class without images. Default: the subfolders that are there, sorted.
   */
  readonly classes?: readonly string[];
  /** One name per class. Default: the subfolders' names. */
  readonly classNames?: readonly string[];
}

const IMAGE = /\.(jpe?g|png|webp)$/i;

/**
 * Opens a folder with one subfolder of JPEG or PNG files per class, as ImageNet's validation set
 * and its kin are handed out. Only names are read before images are asked for. An image's id is its
 * path below the folder, `n01440764/ILSVRC2012_val_00000293.JPEG`; images are in the order of their
 * paths. Preprocessing is that of `loadImageNetRecords`; `hash` is the sha256 of the paths.
 *
 * @throws DatasetError where the folder or its images are missing, a subfolder is none of the
 *   classes, and, while reading, where a file cannot be decoded
 */
export async function loadImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageDataset> {
  const found = await subfolders(folder);
  const classes = options.classes ?? found;
  const stray = found.find((name) => !classes.includes(name));
  if (stray !== undefined)
    throw new DatasetError(
      `${join(folder, stray)}: no class has this name; expected ${classes.length} classes such as ` +
        `${classes.slice(0, 3).join(', ')}.`,
    );
  const { classNames = classes } = options;
  if (classNames.length !== classes.length)
    throw new OptionError(
      `classNames has ${classNames.length} names; expected one for each of ${classes.length} classes.`,
    );
  const files: File[] = [];
  for (const name of found) {
    const label = classes.indexOf(name);
    const names = (await readdir(join(folder, name))).filter((file) => IMAGE.test(file)).sort();
    for (const file of names) files.push({ id: `${name}/${file}`, label });
  }
  if (files.length === 0)
    throw new DatasetError(
      `${folder}: no images; expected one subfolder per class with JPEG or PNG files.`,
    );
  return new ImageDataset(new FolderSource(folder, files, classNames, options));
}

/** The names of a folder's subfolders, sorted. */
export async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new DatasetError(`${folder}: cannot be read as a folder (${cause.message}).`, { cause });
  });
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

interface File {
  /** The path below the folder. */
  readonly id: string;
  readonly label: number;
}

class FolderSource implements ImageSource {
  readonly name: string;
  readonly imageShape: readonly [number, number, number];
  readonly hash: string;
  readonly normalization: Normalization;
  readonly size: number;
  readonly recipe;
  private readonly imageSize: number;
  private readonly shorterSide: number;

  constructor(
    private readonly folder: string,
    private readonly files: readonly File[],
    readonly classNames: readonly string[],
    options: ImageFolderOptions,
  ) {
    const { imageSize = 224, normalization = IMAGENET_NORMALIZATION } = options;
    const { shorterSide = Math.round((imageSize * 256) / 224) } = options;
    if (!Number.isInteger(imageSize) || imageSize < 1)
      throw new OptionError(`imageSize: ${imageSize}; expected a whole number, 1 or more.`);
    if (!Number.isInteger(shorterSide) || shorterSide < imageSize)
      throw new OptionError(`shorterSide: ${shorterSide}; expected at least ${imageSize}.`);
    this.imageSize = imageSize;
    this.shorterSide = shorterSide;
    this.name = folder;
    this.imageShape = [imageSize, imageSize, 3];
    this.normalization = normalization;
    this.size = files.length;
    const paths = files.map((file) => file.id).join('\n');
    this.hash = createHash('sha256').update(paths).digest('hex');
    this.recipe = { loader: 'image-folder', options: { ...options, folder: resolve(folder) } };
  }

  async *examples(random?: Random): AsyncGenerator<Example> {
    for (const file of random ? shuffleInPlace([...this.files], random) : this.files)
      yield this.exampleOf(file);
  }

  private exampleOf({ id, label }: File): Example {
    const { imageSize, shorterSide, normalization } = this;
    const path = join(this.folder, id);
    const failed = (cause: Error): never => {
      throw new DatasetError(
        `${path}: the image cannot be read (${cause.message}); expected JPEG or PNG.`,
        { cause },
      );
    };
    return {
      id,
      label,
      image: () => readFile(path).then(decodeImage).catch(failed),
      pixels: (augment, into) =>
        readFile(path)
          .then((encoded) => {
            const cutOf = (width: number, height: number) =>
              augment
                ? trainingCut(width, height, imageSize, augment)
                : evaluationCut(width, height, imageSize, shorterSide);
            return preprocess(encoded, cutOf, normalization, into);
          })
          .catch(failed),
    };
  }
}
