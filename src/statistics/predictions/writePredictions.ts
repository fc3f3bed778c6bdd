import { join } from 'node:path';
import { toJson, writeFileAtomic } from '../files';
import { encodeParquet } from './parquet';
import { readPopulation } from './population';
import type { ModelPredictions, Predictions, PredictionsOfModel } from './predictions';

/** Where a model's predictions go in a population's folder: `sparsity=0.9/replicate=07.parquet`. */
export function predictionsFile(
  folder: string,
  { sparsity, replicate }: Pick<ModelPredictions, 'sparsity' | 'replicate'>,
): string {
  const name = `replicate=${String(replicate).padStart(2, '0')}.parquet`;
  return join(folder, `sparsity=${sparsity}`, name);
}

/**
 * Writes one model's predictions as a Parquet file, whole or not at all: the columns are those of
 * {@link readPredictions}, one row an image, in the images' order.
 *
 * @param file missing folders on its way are made
 */
export async function writeModelPredictions(
  file: string,
  predictions: PredictionsOfModel,
): Promise<void> {
  await writeFileAtomic(file, await encodeParquet(predictions));
}

/**
 * Writes a population's predictions into a folder, one Parquet file per model
 * (`sparsity=0.9/replicate=07.parquet`), and class names, where known, into `population.json`.
 * Files that are there of other models stay; a file is written whole or not at all.
 *
 * Each file has the sparsity as a column, and its folder's name says it again. Programs that make a
 * column of that name have to be told not to: pandas' `read_parquet(folder, partitioning=None)`,
 * DuckDB's `read_parquet(glob, hive_partitioning=false)`.
 *
 * @returns the files, in the models' order
 */
export async function writePredictions(
  predictions: Predictions,
  folder: string,
): Promise<string[]> {
  const { models, classNames, imageIds, trueClass } = predictions;
  const files: string[] = [];
  for (const model of models) {
    const file = predictionsFile(folder, model);
    await writeModelPredictions(file, { ...model, imageIds, trueClass });
    files.push(file);
  }
  if (classNames) {
    const population = { ...(await readPopulation(folder)), class_names: classNames };
    await writeFileAtomic(join(folder, 'population.json'), toJson(population));
  }
  return files;
}
