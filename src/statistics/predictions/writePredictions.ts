import { checkOption, checkPredictions } from '../options';
import { checkedJson } from '../store/checkedJson';
import { variantFolder } from '../store/names';
import { joinPlace, storeOf } from '../store/store';
import { encodeParquet } from './parquet';
import { populationFile, readPopulation } from './population';
import type { ModelPredictions, Predictions, PredictionsOfModel } from './predictions';
import { saysVariant } from './variantName';

/**
 * The place of a model's predictions in a population's folder: `sparsity=0.9/replicate=07.parquet` or,
 * where the sparsity does not give the variant, `variant=int8/replicate=07.parquet`. Names are encoded
 * as in a URL, so that none leads out of the folder.
 *
 * @throws OptionError for a variant that reads as a path out of its folder
 */
export function predictionsFile(
  folder: string,
  model: Pick<ModelPredictions, 'variant' | 'sparsity' | 'replicate'>,
): string {
  const level = saysVariant(model) ? `sparsity=${model.sparsity}` : variantFolder(model.variant);
  const name = `replicate=${String(model.replicate).padStart(2, '0')}.parquet`;
  return joinPlace(folder, level, name);
}

/**
 * Writes one model's predictions as a Parquet file, whole or not at all: the columns are those of
 * {@link readPredictions}, one row an image, in the images' order.
 *
 * @param file its missing folders are made
 */
export async function writeModelPredictions(
  file: string,
  predictions: PredictionsOfModel,
): Promise<void> {
  await storeOf(file).replace(file, await encodeParquet(predictions));
}

/**
 * Writes one model's predictions, unless there are some by now: of several processes that made the same ones,
 * the first counts.
 */
export async function writeNewModelPredictions(
  file: string,
  predictions: PredictionsOfModel,
): Promise<void> {
  await storeOf(file).writeIfAbsent(file, await encodeParquet(predictions));
}

/**
 * Writes predictions into a folder, one Parquet file per model (`variant=int8/replicate=07.parquet`, or
 * `sparsity=0.9/replicate=07.parquet` where the sparsity gives the variant), and class names, where
 * known, into `population.json`. Files of other models in the folder stay; a file is written whole or not
 * at all. The folder may be `s3://bucket/prefix`.
 *
 * Each file has variant or sparsity as a column, and in its folder's name again. Programs that turn such
 * names into columns need an option not to: pandas'
 * `read_parquet(folder, partitioning=None)`, DuckDB's `read_parquet(glob, hive_partitioning=false)`.
 *
 * @returns the files, in the models' order
 * @throws OptionError for other arguments than predictions and a folder, and for a variant that reads as a path
 *   out of it (`../x`)
 * @throws StoreError where the disk is full, or the folder cannot be written
 */
export async function writePredictions(
  predictions: Predictions,
  folder: string,
): Promise<string[]> {
  checkPredictions('writePredictions', predictions);
  checkOption('folder', folder, typeof folder === 'string' && folder !== '', 'a path');
  const { models, classNames, imageIds, trueClass, groups } = predictions;
  const files: string[] = [];
  for (const model of models) {
    const file = predictionsFile(folder, model);
    const images = { imageIds, trueClass, ...(groups && { groups }) };
    await writeModelPredictions(file, { ...model, ...images });
    files.push(file);
  }
  if (classNames) {
    const population = { ...(await readPopulation(folder)), class_names: classNames };
    const file = populationFile(folder);
    await storeOf(file).replace(file, checkedJson(population));
  }
  return files;
}
