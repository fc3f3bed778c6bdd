import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from 'selective-brain-damage-statistics';
import { byNumeral } from 'selective-brain-damage-statistics/internal';
import { IMAGE_NAME, type LabelList, readLabelList } from './labelList';

/** An image of a folder. */
export interface ImageFile {
  /** The path below the folder, with slashes. */
  readonly id: string;
  /** 0-based class. */
  readonly label: number;
}

/** The images of a folder, which are listed again whenever they are read. */
export interface ImageFiles {
  /** The classes as subfolders or a list name them, in their order. */
  readonly keys: readonly string[];
  readonly size: number;
  /** The sha256 of the paths and sizes, and of the classes in a list. */
  readonly hash: string;
  files(): AsyncIterable<ImageFile>;
}

/** A folder of images, and the list of their classes where it has one. */
export interface ImageRoot {
  readonly root: string;
  readonly labels?: string;
}

const LIST = 'list.csv';
const SPLIT = /^(train|training|val|valid|validation|test|testing)$/i;

interface Entries {
  readonly folders: readonly string[];
  readonly images: readonly string[];
  readonly hasList: boolean;
}

async function entriesOf(folder: string): Promise<Entries> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new DatasetError(`${folder}: cannot be read as a folder (${cause.message}).`, {
      cause,
      file: folder,
    });
  });
  const isFolder = await Promise.all(
    entries.map(async (entry) =>
      entry.isSymbolicLink()
        ? ((await stat(join(folder, entry.name)).catch(() => undefined))?.isDirectory() ?? false)
        : entry.isDirectory(),
    ),
  );
  const names = (folders: boolean) =>
    entries.filter((_, i) => isFolder[i] === folders).map(({ name }) => name);
  return {
    folders: names(true)
      .filter((name) => !name.startsWith('.'))
      .sort(byNumeral),
    images: names(false)
      .filter((name) => IMAGE_NAME.test(name) && !name.startsWith('.'))
      .sort(),
    hasList: names(false).includes(LIST),
  };
}

/**
 * The folder in which the classes lie: the one given, or the one that it wraps.
 *
 * @throws DatasetError where it holds several sets, or images without classes
 */
export async function rootOf(
  place: ImageRoot,
  keys: readonly string[] | undefined,
): Promise<ImageRoot> {
  if (place.labels !== undefined) return place;
  const { root } = place;
  const { folders, images, hasList } = await entriesOf(root);
  if (hasList) return { root, labels: join(root, LIST) };
  const splits = folders.filter((name) => SPLIT.test(name) && !keys?.includes(name));
  if (splits.length > 0 && folders.length > 1)
    throw new DatasetError(
      `${root}: holds ${folders.slice(0, 4).join(', ')}, which are sets and not classes; give one of them, ` +
        `such as ${join(root, splits.at(-1)!)}.`,
      { file: root },
    );
  if (folders.length === 0 && images.length > 0)
    throw new DatasetError(
      `${root}: holds ${images.length} images and no subfolders, so that their classes are unknown; give ` +
        'labels, a file with the columns file and class.',
      { option: 'labels', file: root },
    );
  const [only] = folders;
  if (folders.length !== 1 || images.length > 0 || keys?.includes(only!)) return place;
  const inner = await entriesOf(join(root, only!));
  const wraps = inner.hasList || (inner.folders.length > 0 && inner.folders[0] !== 'images');
  return wraps && inner.images.length === 0 ? rootOf({ root: join(root, only!) }, keys) : place;
}

/**
 * The images in one subfolder per class.
 *
 * @param keys the subfolders of all classes. Default: those that are there
 * @throws DatasetError where a subfolder is none of the classes
 */
export async function imagesByClass(
  root: string,
  keys: readonly string[] | undefined,
): Promise<ImageFiles> {
  const { folders } = await entriesOf(root);
  const all = keys ?? folders;
  const stray = folders.find((name) => !all.includes(name));
  if (stray !== undefined)
    throw new DatasetError(
      `${join(root, stray)}: no class has this name; expected ${all.length} classes such as ` +
        `${all.slice(0, 3).join(', ')}.`,
      { option: 'classNames', value: stray, file: join(root, stray) },
    );
  const places = folders.map((name) => ({ name, label: all.indexOf(name) }));
  // Holds no names of files: the sets of ImageNet-C have 3,750,000.
  async function* files(): AsyncGenerator<ImageFile> {
    for (const { name, label } of places)
      for (const path of await imagesBelow(join(root, name)))
        yield { id: `${name}/${path}`, label };
  }
  return { keys: all, ...(await surveyed(root, files())), files };
}

/** The paths of all images below a folder, sorted. */
async function imagesBelow(folder: string): Promise<string[]> {
  const { folders, images } = await entriesOf(folder);
  const below = await Promise.all(
    folders.map(async (name) =>
      (await imagesBelow(join(folder, name))).map((path) => `${name}/${path}`),
    ),
  );
  return [...images, ...below.flat()].sort();
}

/**
 * The images of a list.
 *
 * @param keys the list's names of all classes. Default: those in it, sorted, numbers by value
 * @throws DatasetError where an image has no class, a file is missing, or the list cannot be read
 */
export async function imagesByList(
  root: string,
  labels: string,
  keys: readonly string[] | undefined,
): Promise<ImageFiles> {
  const paths = await imagesBelow(root);
  const list = await readLabelList(labels, paths);
  const all = keys ?? [...new Set(list.classes)].sort(byNumeral);
  const label = labelOf(list, all, keys !== undefined);
  const listed = list.files.map((id, i) => ({ id, label: label(list.classes[i]!, i) }));
  const has = new Set(list.files);
  const stray = paths.find((path) => !has.has(path));
  if (stray !== undefined)
    throw new DatasetError(
      `${labels}: has no class for ${join(root, stray)}; expected one for each image of the folder.`,
      { option: 'labels', value: stray, file: labels },
    );
  async function* files(): AsyncGenerator<ImageFile> {
    yield* listed;
  }
  const { size, hash } = await surveyed(root, files());
  const withClasses = JSON.stringify([hash, list.classes]);
  return { keys: all, size, hash: createHash('sha256').update(withClasses).digest('hex'), files };
}

/** All images below a folder, with class 0. */
export async function imagesWithoutClass(
  root: string,
  keys: readonly string[] = ['unknown'],
): Promise<ImageFiles> {
  async function* files(): AsyncGenerator<ImageFile> {
    for (const id of await imagesBelow(root)) yield { id, label: 0 };
  }
  return { keys, ...(await surveyed(root, files())), files };
}

/** The number of a class in a list: by its name, else by the number that it is, from 0. */
function labelOf(
  { file }: LabelList,
  keys: readonly string[],
  areGiven: boolean,
): (name: string, row: number) => number {
  const labels = new Map(keys.map((key, label) => [key, label]));
  return (name, row) => {
    const label = labels.get(name) ?? (areGiven && /^\d+$/.test(name) ? Number(name) : -1);
    if (label >= 0 && label < keys.length) return label;
    throw new DatasetError(
      `${file}, row ${row + 1}: no class is called '${name}'; expected one of ${keys.length} such as ` +
        `${keys.slice(0, 3).join(', ')}, or its number from 0.`,
      { option: 'classNames', value: name, file, row: row + 1 },
    );
  };
}

const STATS_AT_ONCE = 256;

async function surveyed(
  root: string,
  files: AsyncIterable<ImageFile>,
): Promise<{ size: number; hash: string }> {
  const hash = createHash('sha256');
  let size = 0;
  let waiting: string[] = [];
  const flush = async () => {
    const stats = await Promise.all(
      waiting.map((id) =>
        stat(join(root, id)).catch((cause: Error) => {
          throw new DatasetError(`${join(root, id)}: cannot be read (${cause.message}).`, {
            cause,
            file: join(root, id),
          });
        }),
      ),
    );
    waiting.forEach((id, i) => void hash.update(JSON.stringify([id, stats[i]!.size])));
    size += waiting.length;
    waiting = [];
  };
  for await (const { id } of files) if (waiting.push(id) === STATS_AT_ONCE) await flush();
  await flush();
  return { size, hash: hash.digest('hex') };
}
