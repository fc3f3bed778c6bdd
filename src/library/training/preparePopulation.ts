import { TrainingError } from 'selective-brain-damage-statistics';
import {
  checkedJson,
  checkStore,
  predictionsFile,
  readPopulation,
  resolvePlace,
  seedFrom,
  variantOfSparsity,
} from 'selective-brain-damage-statistics/internal';
import { type BackendInfo, useBackend } from '../backend/backend';
import { specOf } from '../datasets/openDataset';
import type { ModelSpec } from '../models/modelSpec';
import { isLayersNetwork, layersOf } from '../models/network';
import { renumbered } from '../models/renumbered';
import type { DataRecord } from '../models/runRecord';
import { topologyOf } from '../models/topology';
import { variantOfQuantization } from '../models/variantOfRun';
import { dataDifference, recordOf } from './dataRecord';
import type { TrainPopulationOptions } from './populationOptions';
import type { ModelPlace, PopulationSpec, QuantizedSpec, ReplicateSpec } from './populationSpec';
import { type TrainableModel, trainingOptionsOf } from './trainingOptions';

/** A population that is ready to be trained. */
export interface PreparedPopulation {
  readonly folder: string;
  readonly backend: BackendInfo;
  /** Replicate 0 at every sparsity, then replicate 1, and so on. */
  readonly networks: readonly ReplicateSpec[];
  /** The bytes of `population.json`. */
  readonly about: Buffer;
}

/**
 * Opens a population's backend and folder, and describes its networks.
 *
 * @param options checked
 * @throws TrainingError if the folder holds predictions of other test images
 * @throws StoreError if a bucket cannot be used
 */
export async function preparePopulation(
  options: TrainPopulationOptions,
): Promise<PreparedPopulation> {
  const { train, test, sparsities, replicates, seed, compress, checkpointSeconds } = options;
  const backend = await useBackend(options.backend ? { backend: options.backend } : {});
  const folder = resolvePlace(options.folder);
  await checkStore(folder);
  const population: PopulationSpec = {
    train: specOf(train),
    test: specOf(test),
    model: modelSpecOf(options.model),
    backend: backend.name,
    training: trainingOptionsOf(options),
    ...(compress && { compress }),
    ...(checkpointSeconds !== undefined && { checkpointSeconds }),
  };
  const networks = Array.from({ length: replicates }, (_, replicate) =>
    sparsities.map((sparsity) => replicateSpec(folder, population, sparsity, replicate, seed)),
  ).flat();
  const testSet = recordOf(test);
  await assertSameTest(folder, testSet);
  const levels = { sparsities, replicates, seed };
  const images = { test_set: testSet, class_names: test.classNames };
  return { folder, backend, networks, about: checkedJson({ ...population, ...levels, ...images }) };
}

function replicateSpec(
  folder: string,
  population: PopulationSpec,
  sparsity: number,
  replicate: number,
  seed: number,
): ReplicateSpec {
  return {
    population,
    replicate,
    seed: seedFrom(seed, 'model', sparsity, replicate),
    ...modelPlace(folder, variantOfSparsity(sparsity), sparsity, replicate),
    quantized: sparsity > 0 ? [] : quantizedSpecs(folder, population, replicate),
  };
}

function quantizedSpecs(
  folder: string,
  { compress = [] }: PopulationSpec,
  replicate: number,
): QuantizedSpec[] {
  return compress.map((quantization) => ({
    quantization,
    ...modelPlace(folder, variantOfQuantization(quantization), Number.NaN, replicate),
  }));
}

function modelPlace(
  population: string,
  variant: string,
  sparsity: number,
  replicate: number,
): ModelPlace {
  const file = predictionsFile(population, { variant, sparsity, replicate });
  return { variant, sparsity, folder: file.replace(/\.parquet$/, ''), predictionsFile: file };
}

/** Predictions of other images that are in the folder would otherwise pass for those of `test`. */
async function assertSameTest(folder: string, test: DataRecord): Promise<void> {
  const before = (await readPopulation(folder))?.test_set as DataRecord | undefined;
  if (before !== undefined && dataDifference(test, before))
    throw new TrainingError(
      `${folder} holds predictions of other test images: ${JSON.stringify(before)}, asked for ` +
        `${JSON.stringify(test)}. Choose another folder or delete it.`,
      { file: folder },
    );
}

function modelSpecOf(model: TrainableModel): ModelSpec {
  if (!isLayersNetwork(model)) return model;
  const topology = renumbered(topologyOf(layersOf(model)));
  return { name: 'topology', topology: JSON.parse(JSON.stringify(topology)) };
}
