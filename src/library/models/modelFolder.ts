import { OptionError } from 'selective-brain-damage-statistics';
import {
  bySparsity,
  byText,
  joinPlace,
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
import { type ModelFile, readModelFiles, readStoredRun, writeModelFiles } from './modelFiles';
import { checkMasks, readNetwork, retrain } from './readNetwork';
import type { RunRecord } from './runRecord';
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
 * complete and which has the checksums of all. `trainPruned` and `trainPopulation` do so themselves.
 *
 * @param folder is made where it is missing; or `s3://bucket/prefix`
 * @throws OptionError for anything but a trained model, and for no path
 * @throws StoreError where the disk is full, or the folder cannot be written
 */
export async function saveModel(trained: TrainedModel, folder: string): Promise<void> {
  requireAwaited('saveModel', 'trained', trained);
  checkPath('saveModel', 'folder', folder);
  const { model, masks, run } = trained;
  if (!(model instanceof tf.LayersModel) || !run || !masks)
    throw new OptionError(
      'saveModel: expected a trained model, as trainPruned, quantizeModel and loadModel give, found ' +
        `${shown(trained)}.`,
      { option: 'trained', value: trained },
    );
  let network: ModelContents | undefined;
  await model.save({
    async save({ modelTopology, weightSpecs = [], weightData }) {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      network = {
        'weights.bin': Buffer.from(tf.io.CompositeArrayBuffer.join(weightData)),
        'model.json': Buffer.from(
          toJson({ format: 'layers-model', modelTopology, weightsManifest }),
        ),
      };
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  const files = { ...network!, 'masks.safetensors': encodeSafetensors(masks) };
  await writeModelFiles(folder, files, run);
}

type ModelContents = Readonly<Record<'weights.bin' | 'model.json', Uint8Array>>;

/**
 * The `run.json` of a complete model folder; undefined where there is none.
 *
 * @throws TrainingError where it is damaged
 */
export async function readRun(folder: string): Promise<RunRecord | undefined> {
  return (await readStoredRun(folder))?.run;
}

/**
 * Reads a model that `saveModel`, `trainPruned` or `trainPopulation` wrote, onto the current backend, else the first
 * that loads. Its files are compared with the checksums in `run.json`; one that is older than these is read with a
 * note.
 *
 * @param folder with `run.json`, `model.json`, `weights.bin` and `masks.safetensors`
 * @throws TrainingError if the folder does not hold a complete model, or a file of it is damaged or belongs to
 *   another model
 */
export async function loadModel(folder: string): Promise<TrainedModel> {
  checkPath('loadModel', 'folder', folder);
  const { run, contents } = await readModelFiles(folder);
  await useBackend();
  const fileOf = (name: ModelFile) => ({ file: joinPlace(folder, name), bytes: contents[name] });
  const masksFile = fileOf('masks.safetensors');
  const { arrays: masks } = decodeSafetensors(masksFile.file, masksFile.bytes, retrain(folder));
  const model = await readNetwork(folder, fileOf('model.json'), fileOf('weights.bin'));
  try {
    checkMasks(folder, masksFile.file, masks, model, run);
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
  const byName = byText<PopulationModel>(({ variant }) => variant);
  return models.sort((a, b) => bySparsity(a, b) || byName(a, b) || a.replicate - b.replicate);
}
