import { DatasetError } from '../errors';
import { loadImageNetRecords } from '../records/loadImageNetRecords';
import type { DatasetRecipe, ImageDataset } from './imageDataset';
import { loadCifar10 } from './loadCifar10';

const loaders: Readonly<
  Record<string, (options: Record<string, unknown>) => Promise<ImageDataset>>
> = {
  cifar10: loadCifar10,
  'imagenet-records': ({ files, ...options }) => loadImageNetRecords(files as string[], options),
};

/**
 * Opens the data set that a recipe describes, so that another process sees the same images.
 *
 * @throws DatasetError if no loader has the recipe's name
 */
export async function openDataset(recipe: DatasetRecipe): Promise<ImageDataset> {
  const load = loaders[recipe.loader];
  if (!load)
    throw new DatasetError(
      `No loader is called '${recipe.loader}'; there are: ${Object.keys(loaders).join(', ')}.`,
    );
  const dataset = await load({ ...recipe.options });
  return dataset.view(recipe.views ?? []);
}

const open = new Map<string, Promise<ImageDataset>>();

/** The same, once: the data set stays open for all that a process does with it. */
export function keptOpen(recipe: DatasetRecipe): Promise<ImageDataset> {
  const key = JSON.stringify(recipe);
  if (!open.has(key)) open.set(key, openDataset(recipe));
  return open.get(key)!;
}
