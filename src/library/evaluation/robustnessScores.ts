import type { ScoreRow } from 'selective-brain-damage-statistics';
import {
  readIfThere,
  shareCorrect,
  toJson,
  type VariantOf,
  writeFileAtomic,
} from 'selective-brain-damage-statistics/internal';
import type * as tf from '../backend/tf';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { type PredictOptions, predictAll } from './predict';

/** A model to evaluate. */
export interface VariantModel extends VariantOf {
  readonly replicate: number;
  readonly model: tf.LayersModel;
}

/** How models do on a set of images, in the models' order. */
export async function scoresOf(
  models: readonly VariantModel[],
  { corruption, severity, data }: ShiftedSet,
  options: PredictOptions = {},
): Promise<ScoreRow[]> {
  const networks = models.map(({ model }) => model);
  const predicted = await predictAll(networks, data, options);
  return predicted.map(({ trueClass, predictedClass, top5 }, i) => ({
    ...placeOf(models[i]!),
    ...{ corruption, severity, n_images: trueClass.length },
    top1: shareCorrect(trueClass, predictedClass),
    top5: shareCorrect(trueClass, top5),
  }));
}

function placeOf({ variant, sparsity, replicate }: VariantModel) {
  return { variant, sparsity, replicate };
}

/** A score in a file, with the hash of what made the model. */
export interface StoredScore extends ScoreRow {
  readonly run: string;
}

/** The scores in a file; none where there is no file. */
export async function readScores(file: string): Promise<StoredScore[]> {
  const json = await readIfThere(file);
  return json ? JSON.parse(json.toString()) : [];
}

/** Adds scores to a file; those of the same models go. */
export async function addScores(file: string, scores: readonly StoredScore[]): Promise<void> {
  const isNew = ({ variant, replicate }: ScoreRow) =>
    scores.some((score) => score.variant === variant && score.replicate === replicate);
  const kept = (await readScores(file)).filter((score) => !isNew(score));
  await writeFileAtomic(file, toJson([...kept, ...scores]));
}
