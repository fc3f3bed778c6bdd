import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import {
  bySparsity,
  joinPlace,
  parseJson,
  requireAwaited,
  shown,
  storeOf,
  toJson,
  type VariantOf,
} from 'selective-brain-damage-statistics/internal';
import { useBackend } from '../backend/backend';
import '../backend/ops/batchNormLayer';
import '../backend/ops/dirac';
import '../backend/ops/fakeQuantizeLayer';
import '../backend/ops/imageConv2d';
import * as tf from '../backend/tf';
import { checkPath } from '../optionRules';
import { checkMasks, readNetwork, retrain } from './readWeights';
import type { RunRecord } from './runRecord';
import { RUN_RECORD } from './runRule';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors';
import { variantOfRun } from './variantOfRun';

/** A trained network with its masks and the record of its training. */
export interface TrainedModel {
  /** Images `[n, height, width, channels]` to logits `[n, classes]`; masked weights are 0. */
  readonly model: tf.LayersModel;
  /** Masks by weight name, one byte a weight, 1 = kept; empty for a dense model. */
  readonly masks: ReadonlyMap<string, NamedArray>;
  /** How it was trained, and the outcome. */
  readonly run: RunRecord;
}

/**
 * Writes a model into a folder, from which `loadModel` reads it: `model.json` and `weights.bin` as tfjs
 * reads them, the masks as `masks.safetensors`, and last `run.json`, whose presence marks the folder as
 * complete. `trainPruned` and `trainPopulation` do so themselves.
 *
 * @param folder is made where it is missing; or `s3://bucket/prefix`
 * @throws OptionError for anything but a trained model, and for no path
 */
export async function saveModel(trained: TrainedModel, folder: string): Promise<void> {
  requireAwaited('saveModel', 'trained', trained);
  checkPath('saveModel', 'folder', folder);
  const { model, masks, run } = trained;
  const store = storeOf(folder);
  if (!(model instanceof tf.LayersModel) || !run || !masks)
    throw new OptionError(
      'saveModel: expected a trained model, as trainPruned, quantizeModel and loadModel give, found ' +
        `${shown(trained)}.`,
      { option: 'trained', value: trained },
    );
  await model.save({
    async save({ modelTopology, weightSpecs = [], weightData }) {
      const weights = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      await store.replace(joinPlace(folder, 'weights.bin'), weights);
      await store.replace(
        joinPlace(folder, 'model.json'),
        toJson({ format: 'layers-model', modelTopology, weightsManifest }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  await store.replace(joinPlace(folder, 'masks.safetensors'), encodeSafetensors(masks));
  await store.replace(joinPlace(folder, 'run.json'), toJson(run));
}

/**
 * The `run.json` of a complete model folder; undefined where there is none.
 *
 * @throws TrainingError where it is damaged
 */
export async function readRun(folder: string): Promise<RunRecord | undefined> {
  const file = joinPlace(folder, 'run.json');
  const json = await storeOf(folder).read(file);
  if (!json) return undefined;
  const wayOut =
    'Delete it and run the training again, which makes this model anew; no other model is lost.';
  return parseJson<RunRecord>(
    { file, what: 'the record of the run', rule: RUN_RECORD, Failure: TrainingError, wayOut },
    json,
  );
}

/**
 * Reads a model that `saveModel`, `trainPruned` or `trainPopulation` wrote, onto the current backend, else the first
 * that loads.
 *
 * @param folder with `run.json`, `model.json`, `weights.bin` and `masks.safetensors`
 * @throws TrainingError if the folder does not hold a complete model, or a file of it is damaged or belongs to
 *   another model
 */
export async function loadModel(folder: string): Promise<TrainedModel> {
  checkPath('loadModel', 'folder', folder);
  const run = await readRun(folder);
  const files = ['model.json', 'weights.bin', 'masks.safetensors'].map((file) =>
    joinPlace(folder, file),
  );
  const [json, weights, maskBytes] = await Promise.all(
    files.map((file) => storeOf(folder).read(file)),
  );
  if (!run || !json || !weights || !maskBytes)
    throw new TrainingError(
      `${folder} holds no complete model; expected run.json, model.json, weights.bin and ` +
        'masks.safetensors.',
      { file: folder },
    );
  await useBackend();
  const [jsonFile, weightsFile, masksFile] = files as [string, string, string];
  const { arrays: masks } = decodeSafetensors(masksFile, maskBytes, retrain(folder));
  const model = await readNetwork(
    folder,
    { file: jsonFile, bytes: json },
    { file: weightsFile, bytes: weights },
  );
  try {
    checkMasks(folder, masksFile, masks, model, run);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, masks, run };
}

/** A model of a population, in its folder. */
export interface PopulationModel extends VariantOf {
  readonly replicate: number;
  /** `sparsity=0.9/replicate=07` or `variant=int8/replicate=07` below the population's folder. */
  readonly folder: string;
  readonly record: RunRecord;
}

/** The record of a model in a population's folder. */
const RECORD = /\/(?:sparsity|variant)=[^/]+\/replicate=(\d+)\/run\.json$/;

/**
 * The complete models of a population's folder, by sparsity, variant, then replicate.
 *
 * @throws OptionError where there is none
 * @throws TrainingError where the record of one is damaged
 */
export async function findModels(population: string): Promise<PopulationModel[]> {
  const models: PopulationModel[] = [];
  for (const { place } of await storeOf(population).list(population)) {
    const [, replicate] = RECORD.exec(place.replaceAll('\\', '/')) ?? [];
    if (replicate === undefined) continue;
    const folder = place.slice(0, -'/run.json'.length);
    const run = await readRun(folder);
    if (run)
      models.push({ ...variantOfRun(run), replicate: Number(replicate), folder, record: run });
  }
  if (models.length === 0)
    throw new OptionError(
      `${population}: no models; expected the folder of a population, with ` +
        'sparsity=0/replicate=00/run.json and so on.',
      { option: 'models', value: population, file: population },
    );
  return models.sort(
    (a, b) =>
      bySparsity(a, b) ||
      Number(a.variant > b.variant) - Number(a.variant < b.variant) ||
      a.replicate - b.replicate,
  );
}
