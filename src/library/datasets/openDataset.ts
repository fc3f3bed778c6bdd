import { DatasetError, OptionError } from 'selective-brain-damage-statistics';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import type { ImageDataset } from './imageDataset';
import { loadCifar10 } from './loadCifar10';
import { type Cifar10CPart, openCifar10C } from './loadCifar10C';
import { loadImageFolder } from './loadImageFolder';
import type { DatasetSpec } from './types';

const loaders: Readonly<
  Record<string, (options: Record<string, unknown>) => Promise<ImageDataset>>
> = {
  cifar10: ({ folder, ...options }) => loadCifar10(folder as string | undefined, options),
  'cifar10-c': (options) => openCifar10C(options as unknown as Cifar10CPart),
  'image-folder': ({ folder, ...options }) => loadImageFolder(folder as string, options),
  'imagenet-records': ({ files, ...options }) => loadImageNetRecords(files as string[], options),
};

/** The loaders that a spec may name. */
export const LOADERS: readonly string[] = Object.keys(loaders);

/**
 * Opens the data set that a spec describes, so that another process sees the same images.
 *
 * @throws DatasetError if no loader has the spec's name
 */
export async function openDataset(spec: DatasetSpec): Promise<ImageDataset> {
  const load = loaders[spec.loader];
  if (!load)
    throw new DatasetError(
      `No loader is called '${spec.loader}'; there are: ${LOADERS.join(', ')}.`,
    );
  const dataset = await load({ ...spec.options });
  return dataset.view(spec.views ?? []);
}

const open = new Map<string, Promise<ImageDataset>>();

/** The same, once per process: a source stays open for all views of it. */
export async function keptOpen({ views = [], ...source }: DatasetSpec): Promise<ImageDataset> {
  const key = JSON.stringify(source);
  const opened = open.get(key) ?? openDataset(source);
  open.set(key, opened);
  // A source that could not be opened may be there at the next attempt.
  opened.catch(() => open.delete(key));
  return (await opened).view(views);
}

/**
 * The description from which another process opens a data set.
 *
 * @throws OptionError where only memory holds the images
 */
export function specOf(data: ImageDataset): DatasetSpec {
  if (!data.spec)
    throw new OptionError(
      `${data.name} is held in memory only, so other processes cannot open it. Write it with ` +
        'writeRecords and load that with loadImageNetRecords.',
      { value: data },
    );
  return data.spec;
}

/**
 * Whatever decides the images of a data set, wherever their files lie; JSON.
 *
 * @throws OptionError where only memory holds the images
 */
export function imageIdentity(data: ImageDataset): readonly unknown[] {
  const spec = specOf(data);
  return [data.hash, spec.loader, optionsAnywhere(spec), spec.views];
}

/** Options of loaders that name files or folders. */
export const PLACES: readonly string[] = ['folder', 'files', 'labels'];

/** A spec's options without the files' place and the limits: with the data set's hash, they identify its images. */
export function optionsAnywhere({ options }: DatasetSpec): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => ![...PLACES, 'limits'].includes(name)),
  );
}
