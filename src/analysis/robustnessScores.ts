import type * as tf from '@tensorflow/tfjs';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { readIfThere, toJson, writeWhole } from '../files';
import { type PredictOptions, predictAll } from '../predictions/predict';
import type { Score } from './robustnessRows';
import { shareCorrect } from './sums';

/** A model to evaluate. */
export interface LevelModel {
  /** Share of the prunable weights that are zero, 0–1; 0 is dense. */
  readonly sparsity: number;
  readonly replicate: number;
  readonly model: tf.LayersModel;
}

/** How models do on a set of images, in the models' order. */
export async function scoresOf(
  models: readonly LevelModel[],
  { corruption, severity, data }: ShiftedSet,
  options: PredictOptions = {},
): Promise<Score[]> {
  const networks = models.map(({ model }) => model);
  const predicted = await predictAll(networks, data, options);
  return predicted.map(({ trueClass, predictedClass, top5 }, i) => ({
    sparsity: models[i]!.sparsity,
    replicate: models[i]!.replicate,
    ...{ corruption, severity, n_images: trueClass.length },
    top1: shareCorrect(trueClass, predictedClass),
    top5: shareCorrect(trueClass, top5),
  }));
}

/** A score in a file, with the hash of what made the model. */
export interface StoredScore extends Score {
  readonly run: string;
}

/** The scores in a file; none where there is no file. */
export async function readScores(file: string): Promise<StoredScore[]> {
  const json = await readIfThere(file);
  return json ? JSON.parse(json.toString()) : [];
}

/** Adds scores to a file; those of the same models go. */
export async function addScores(file: string, scores: readonly StoredScore[]): Promise<void> {
  const isNew = ({ sparsity, replicate }: Score) =>
    scores.some((score) => score.sparsity === sparsity && score.replicate === replicate);
  const kept = (await readScores(file)).filter((score) => !isNew(score));
  await writeWhole(file, toJson([...kept, ...scores]));
}
