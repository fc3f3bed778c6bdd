import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { DatasetRecipe } from '../datasets/imageDataset';
import { keptOpen } from '../datasets/openDataset';
import { type EngineName, useEngine } from '../engine/engine';
import { loadModel, type PopulationModel } from '../models/modelFolder';
import { serveJobs } from '../workers/serveJobs';
import { addScores, scoresOf } from './robustnessScores';

/** A model that is to be evaluated, and the hash of what made it. */
export interface RunModel extends PopulationModel {
  readonly run: string;
}

/** One set of images, and the models that have not seen it yet. */
export interface RobustnessJob {
  readonly corruption: string;
  readonly severity: number;
  readonly data: DatasetRecipe;
  readonly models: readonly RunModel[];
  /** Where the scores go. */
  readonly file: string;
  readonly engine: EngineName;
  readonly batchSize?: number;
}

/** Images seen since the last report, times the models that saw them. */
export type RobustnessReport = number;

/**
 * Bytes of weights held at once, which prediction copies once more. An image is made once for all
 * models that are held.
 */
const MODELS_AT_ONCE = 5e8;

async function evaluate(
  { corruption, severity, data: recipe, models, file, engine, batchSize }: RobustnessJob,
  report: (seen: RobustnessReport) => void,
  signal: AbortSignal,
): Promise<void> {
  await useEngine({ engine });
  const data = await keptOpen(recipe);
  for (const group of await groupsOf(models)) {
    const loaded = await held(group);
    const scores = await scoresOf(
      group.map((model, i) => ({ ...model, model: loaded[i]! })),
      { corruption, severity, data },
      { ...(batchSize && { batchSize }), signal, onImages: (n) => report(n * group.length) },
    );
    await addScores(
      file,
      scores.map((score, i) => ({ ...score, run: group[i]!.run })),
    );
  }
}

/** The models in groups that fit into memory together. */
async function groupsOf(models: readonly RunModel[]): Promise<RunModel[][]> {
  const groups: RunModel[][] = [];
  let room = 0;
  for (const model of models) {
    const { size } = await stat(join(model.folder, 'weights.bin'));
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = MODELS_AT_ONCE;
    }
    groups.at(-1)!.push(model);
    room -= size;
  }
  return groups;
}

let last: { readonly key: string; readonly models: tf.LayersModel[] } | undefined;

/** The models of a group, which as a rule are those of the last job. */
async function held(group: readonly RunModel[]): Promise<tf.LayersModel[]> {
  const key = group.map(({ folder }) => folder).join();
  if (last?.key === key) return last.models;
  for (const model of last?.models ?? []) model.dispose();
  const models: tf.LayersModel[] = [];
  for (const { folder } of group) models.push((await loadModel(folder)).model);
  last = { key, models };
  return models;
}

serveJobs(evaluate);
