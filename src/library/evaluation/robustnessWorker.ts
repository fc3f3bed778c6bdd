import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationError } from 'selective-brain-damage-statistics';
import { type BackendName, useBackend } from '../backend/backend';
import type * as tf from '../backend/tf';
import { keptOpen } from '../datasets/openDataset';
import type { DatasetSpec } from '../datasets/types';
import { loadModel, type PopulationModel } from '../models/modelFolder';
import { serveWorker } from '../workers/serveWorker';
import { addScores, readScores, scoresOf, type VariantModel } from './robustnessScores';

/** A model that is to be evaluated, and the hash of what made it. */
export interface RunModel extends PopulationModel {
  readonly run: string;
}

/** One set of images, and the models that have not seen it yet. */
export interface RobustnessJob {
  readonly corruption: string;
  readonly severity: number;
  readonly data: DatasetSpec;
  readonly models: readonly RunModel[];
  /** Where the scores go. */
  readonly file: string;
  readonly backend: BackendName;
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
  { corruption, severity, data: spec, models, file, backend, batchSize }: RobustnessJob,
  report: (seen: RobustnessReport) => void,
  signal: AbortSignal,
): Promise<void> {
  await useBackend({ backend });
  const data = await keptOpen(spec);
  // A second attempt does what the first one left.
  const seen = new Set((await readScores(file)).map(({ run }) => run));
  const failures: Error[] = [];
  for (const group of await groupsOf(models.filter(({ run }) => !seen.has(run)))) {
    const loaded = await hold(group, (failure) => failures.push(failure));
    if (loaded.length === 0) continue;
    const scores = await scoresOf(
      loaded,
      { corruption, severity, data },
      {
        ...(batchSize !== undefined && { batchSize }),
        signal,
        onImages: (n) => report(n * loaded.length),
      },
    );
    await addScores(
      file,
      scores.map((score, i) => ({ ...score, run: loaded[i]!.run })),
    );
  }
  if (failures.length > 0)
    throw new EvaluationError(failures.map(({ message }) => message).join(' '));
}

/** The models in groups that fit into memory together. */
async function groupsOf(models: readonly RunModel[]): Promise<RunModel[][]> {
  const groups: RunModel[][] = [];
  let room = 0;
  for (const model of models) {
    // Loading names what is missing.
    const { size } = await stat(join(model.folder, 'weights.bin')).catch(() => ({ size: 0 }));
    if (size > room || groups.length === 0) {
      groups.push([]);
      room = MODELS_AT_ONCE;
    }
    groups.at(-1)!.push(model);
    room -= size;
  }
  return groups;
}

/** By folder; as a rule those of the last job. */
const held = new Map<string, tf.LayersModel>();

/** Holds the models of a group, and no others; those that cannot be loaded are left out. */
async function hold(
  group: readonly RunModel[],
  onFailure: (failure: Error) => void,
): Promise<(RunModel & VariantModel)[]> {
  for (const [folder, model] of held) {
    if (group.some((other) => other.folder === folder)) continue;
    held.delete(folder);
    model.dispose();
  }
  const loaded: (RunModel & VariantModel)[] = [];
  for (const place of group)
    try {
      const model = held.get(place.folder) ?? (await loadModel(place.folder)).model;
      held.set(place.folder, model);
      loaded.push({ ...place, model });
    } catch (failure) {
      onFailure(failure as Error);
    }
  return loaded;
}

serveWorker(evaluate);
