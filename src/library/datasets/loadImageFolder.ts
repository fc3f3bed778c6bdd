import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import {
  checkOptions,
  either,
  listOf,
  type OptionRules,
  type Random,
  shuffleInPlace,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { checkPath, object } from '../optionRules';
import { ImageDataset } from './imageDataset';
import type { Normalization } from './normalization';
import {
  decodeImage,
  inputOf,
  type PictureOptions,
  type PictureSettings,
  pictureRules,
  pictureSettings,
} from './preprocess';
import type { DatasetSpec, Example, ImageSource } from './types';

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions extends PictureOptions {
  /**
   * The subfolders of all classes, in the classes' order; a class whose subfolder is missing has no
   * images. A list names the classes by their subfolders; in an object, keys are subfolders and values
   * the classes' names: `{ n01440764: 'tench', … }`. Default: the subfolders that are there, sorted.
   */
  readonly classNames?: readonly string[] | Readonly<Record<string, string>>;
}

const rules: OptionRules<ImageFolderOptions> = {
  ...pictureRules,
  classNames: either(listOf(TEXT), object('an object of names by subfolder')),
};

const IMAGE = /\.(jpe?g|png|webp)$/i;

/**
 * Opens a folder with one subfolder of JPEG or PNG files per class, the layout of ImageNet's validation
 * set. Nothing but names and sizes is read before images are asked for, and
 * memory does not grow with their number, unless they are shuffled. An image's id is its path below
 * the folder, `n01440764/ILSVRC2012_val_00000293.JPEG`; images are in the order of their paths.
 * Preprocessing is that of `loadImageNetRecords`; `hash` is the sha256 of the paths and sizes.
 *
 * @throws DatasetError where the folder or its images are missing, a subfolder belongs to no
 *   class, and, while reading, where a file cannot be decoded or files came or went
 * @throws OptionError for a wrong option or value
 */
export async function loadImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageDataset> {
  checkPath('loadImageFolder', 'folder', folder);
  checkOptions('loadImageFolder', options, rules);
  const found = await subfolders(folder);
  const named = options.classNames ?? found;
  const [classes, classNames] = Array.isArray(named)
    ? [named, named]
    : [Object.keys(named), Object.values(named)];
  const stray = found.find((name) => !classes.includes(name));
  if (stray !== undefined)
    throw new DatasetError(
      `${join(folder, stray)}: no class has this name; expected ${classes.length} classes such as ` +
        `${classes.slice(0, 3).join(', ')}.`,
      { option: 'classNames', value: stray, file: join(folder, stray) },
    );
  const settings = pictureSettings(options);
  const folders = found.map((name) => ({ name, label: classes.indexOf(name) }));
  const { size, hash } = await surveyed(folder, folders);
  if (size === 0)
    throw new DatasetError(
      `${folder}: no images; expected one subfolder per class with JPEG or PNG files.`,
      { file: folder },
    );
  const spec = { loader: 'image-folder', options: { ...options, folder: resolve(folder) } };
  return new ImageDataset(
    new FolderSource(folder, folders, settings, classNames, size, hash, spec),
  );
}

/** The names of a folder's subfolders, sorted. */
async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new DatasetError(`${folder}: cannot be read as a folder (${cause.message}).`, {
      cause,
      file: folder,
    });
  });
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

/** A class that has a subfolder. */
interface ClassFolder {
  readonly name: string;
  readonly label: number;
}

/** The names of the images of a class, sorted. */
async function imagesIn(folder: string, { name }: ClassFolder): Promise<string[]> {
  return (await readdir(join(folder, name))).filter((file) => IMAGE.test(file)).sort();
}

/** The number of images, and the sha256 of their paths and sizes. */
async function surveyed(
  folder: string,
  folders: readonly ClassFolder[],
): Promise<{ size: number; hash: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for (const place of folders) {
    const names = await imagesIn(folder, place);
    const stats = await Promise.all(names.map((file) => stat(join(folder, place.name, file))));
    size += names.length;
    names.forEach((file, i) => {
      hash.update(JSON.stringify([`${place.name}/${file}`, stats[i]!.size]));
    });
  }
  return { size, hash: hash.digest('hex') };
}

interface File {
  /** The path below the folder. */
  readonly id: string;
  readonly label: number;
}

/** Holds no names of files: the sets of ImageNet-C have 3,750,000. */
class FolderSource implements ImageSource {
  readonly name: string;
  readonly imageShape: readonly [number, number, number];
  readonly normalization: Normalization;

  constructor(
    private readonly folder: string,
    private readonly folders: readonly ClassFolder[],
    private readonly settings: PictureSettings,
    readonly classNames: readonly string[],
    readonly size: number,
    readonly hash: string,
    readonly spec: DatasetSpec,
  ) {
    this.name = basename(resolve(folder));
    this.imageShape = [settings.size, settings.size, 3];
    this.normalization = settings.normalization;
  }

  async *examples(random?: Random): AsyncGenerator<Example> {
    let count = 0;
    for await (const file of random ? await this.shuffled(random) : this.files()) {
      count++;
      yield this.exampleOf(file);
    }
    if (count !== this.size)
      throw new DatasetError(
        `${this.folder}: holds ${count} images, ${this.size} when it was opened; open it again.`,
        { file: this.folder },
      );
  }

  private async *files(): AsyncGenerator<File> {
    for (const place of this.folders)
      for (const name of await imagesIn(this.folder, place))
        yield { id: `${place.name}/${name}`, label: place.label };
  }

  private async shuffled(random: Random): Promise<File[]> {
    const files: File[] = [];
    for await (const file of this.files()) files.push(file);
    return shuffleInPlace(files, random);
  }

  private exampleOf({ id, label }: File): Example {
    const path = join(this.folder, id);
    const failed = (cause: Error): never => {
      throw new DatasetError(
        `${path}: the image cannot be read (${cause.message}); expected JPEG or PNG.`,
        { cause, file: path },
      );
    };
    return {
      id,
      label,
      image: () => readFile(path).then(decodeImage).catch(failed),
      pixels: (augment, into) =>
        readFile(path)
          .then((encoded) => inputOf(encoded, this.settings, augment, into))
          .catch(failed),
    };
  }
}
