import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { EvaluationError, type ImageId, OptionError } from 'selective-brain-damage-statistics';
import {
  checkStore,
  count,
  exists,
  itemsOf,
  type JsonRule,
  joinPlace,
  numberIn,
  objectOf,
  parseCheckedJson,
  storeOf,
  TEXT,
  type VariantOf,
} from 'selective-brain-damage-statistics/internal';
import type { BackendInfo, BackendName } from '../backend/backend';
import type { ImageDataset } from '../datasets/imageDataset';
import { imageIdentity, specOf } from '../datasets/openDataset';
import type { DatasetSpec } from '../datasets/types';
import { type Network, variantOf } from '../models/network';
import { runUnits } from '../queue/runUnits';
import type { ImageMeter } from '../workers/imageMeter';
import { increments } from '../workers/increments';
import { inFolder } from '../workers/inFolder';
import { checkTakes } from './answers';
import { type DescribedNetwork, describedNetwork, isOnGpu, type NetworkSpec } from './networkSpec';
import type { PredictAllOptions, PredictedImages } from './predictAll';

/** A shard of a data set for a process to predict; JSON. */
export interface PredictSpec {
  readonly network: NetworkSpec;
  readonly data: DatasetSpec;
  /** File of the shard's predictions. */
  readonly file: string;
  readonly backend: BackendName;
  readonly batchSize?: number | undefined;
}

/** Images for which processes are started. */
const IMAGES_FOR_PROCESSES = 200;
/** A stop loses at most what the processes have done of a shard each. */
const IMAGES_PER_SHARD = 250;
/** Every process reads, though it does not decode, all images before those of its shard. */
const MOST_SHARDS = 16;

/** How many processes predict a data set where nothing is said. */
export function defaultShardProcesses(network: Network, data: ImageDataset): number {
  const isShared = describedNetwork(network) !== undefined && !isOnGpu(network);
  const { size = Number.POSITIVE_INFINITY, spec } = data;
  return isShared && spec !== undefined && size >= IMAGES_FOR_PROCESSES
    ? availableParallelism()
    : 1;
}

/** The predictions of a shard, in a file. */
interface StoredShard {
  readonly imageIds: readonly ImageId[];
  readonly trueClass: readonly number[];
  readonly predictedClass: readonly number[];
  readonly confidence: readonly number[];
  readonly top5: readonly number[];
}

const SHARD: JsonRule = objectOf({
  imageIds: itemsOf({
    expected: 'a whole number or a name',
    accepts: (id) => Number.isSafeInteger(id) || TEXT.accepts(id),
  }),
  ...{ trueClass: itemsOf(count(0)), predictedClass: itemsOf(count(0)) },
  ...{ confidence: itemsOf(numberIn(0, 1.000001, 'a share, 0–1')), top5: itemsOf(count(0)) },
});

/** Predictions as a shard's file holds them; JSON. */
export function storedShard(predicted: PredictedImages): StoredShard {
  const { imageIds, trueClass, predictedClass, confidence, top5 } = predicted;
  return {
    imageIds,
    trueClass: [...trueClass],
    predictedClass: [...predictedClass],
    confidence: [...confidence],
    top5: [...top5],
  };
}

interface PredictInWorkersOptions extends Omit<PredictAllOptions, 'onImages'> {
  readonly meter: ImageMeter;
  readonly processes: number;
  readonly queue: string | undefined;
  /** Of the shards' files, for a rerun. Default: a temporary one. */
  readonly folder: string | undefined;
  readonly backend: BackendInfo;
}

/**
 * Predictions of a network in processes, a shard of the images at a time.
 *
 * @throws OptionError where other processes cannot open the network or the images
 */
export async function predictInWorkers(
  network: Network,
  data: ImageDataset,
  options: PredictInWorkersOptions,
): Promise<PredictedImages> {
  checkTakes(network, data);
  const place = variantOf(network);
  const described = describedNetwork(network);
  if (!described)
    throw new OptionError(
      `predict: ${place.variant} lives in this process alone, so processes, queue and folder do not apply; ` +
        'they are for networks that loadOnnx opens.',
      { option: options.folder === undefined ? 'processes' : 'folder' },
    );
  const shards = await inFolder(options.folder, (folder) =>
    predictShards(described, place.variant, data, { ...options, folder }),
  );
  return { ...place, ...interleaved(shards), classNames: data.classNames };
}

async function predictShards(
  { network, run }: DescribedNetwork,
  variant: string,
  data: ImageDataset,
  options: PredictInWorkersOptions & { readonly folder: string },
): Promise<StoredShard[]> {
  const { meter, processes, queue, folder, backend, batchSize, signal } = options;
  await checkStore(folder);
  const of = shardCount(data);
  const identity = JSON.stringify([run, ...imageIdentity(data)]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const prefix = `${variant.replaceAll(/[^\w.-]/g, '_')}-${key}`;
  const shards = Array.from({ length: of }, (_, index) => {
    const shard = data.shard(index, of);
    const file = joinPlace(folder, `${prefix}-${index + 1}-of-${of}.json`);
    const spec: PredictSpec = {
      ...{ network, data: specOf(shard), file },
      ...{ backend: backend.name, batchSize },
    };
    return { spec, size: shard.size ?? Number.NaN };
  });
  const done = await Promise.all(shards.map(({ spec }) => exists(spec.file)));
  const waiting = shards.filter((_, i) => !done[i]);
  for (const { size } of waiting) meter.expect(size);
  const failures = await runUnits<PredictSpec, number>(
    waiting.map(({ spec }) => spec),
    {
      ...{ kind: 'predict', queue, processes, signal, groupOf: () => variant },
      onReport: increments((images) => meter.count(images)),
    },
  );
  signal?.throwIfAborted();
  if (failures.length > 0) throw new EvaluationError(failures[0]!.reason);
  return Promise.all(shards.map(({ spec }) => readShard(spec.file)));
}

/** The same whatever the machine, so that a rerun finds the files. */
function shardCount({ size = Number.POSITIVE_INFINITY }: ImageDataset): number {
  return Math.max(1, Math.min(MOST_SHARDS, Math.ceil(size / IMAGES_PER_SHARD)));
}

async function readShard(file: string): Promise<StoredShard> {
  const json = await storeOf(file).read(file);
  if (!json)
    throw new EvaluationError(`${file}: the predictions of a shard are gone; run it again.`, {
      file,
    });
  const wayOut = 'Delete it and run again: its images are predicted anew, no other.';
  const shard = parseCheckedJson<StoredShard>(
    { file, what: 'the predictions of a shard', rule: SHARD, Failure: EvaluationError, wayOut },
    json,
  );
  const { length } = shard.imageIds;
  for (const name of ['trueClass', 'predictedClass', 'confidence'] as const)
    if (shard[name].length !== length)
      throw new EvaluationError(
        `${file}: has ${length} images and ${shard[name].length} values in ${name}. ${wayOut}`,
        { file },
      );
  return shard;
}

/** Image i of all is image ⌊i / n⌋ of shard i mod n. */
function interleaved(
  shards: readonly StoredShard[],
): Omit<PredictedImages, keyof VariantOf | 'classNames'> {
  const size = shards.reduce((sum, { imageIds }) => sum + imageIds.length, 0);
  const k = shards[0]!.top5.length / Math.max(1, shards[0]!.imageIds.length);
  const all = <T>(pick: (shard: StoredShard) => readonly T[], each = 1): T[] =>
    Array.from({ length: size * each }, (_, at) => {
      const image = Math.floor(at / each);
      const shard = pick(shards[image % shards.length]!);
      return shard[Math.floor(image / shards.length) * each + (at % each)]!;
    });
  return {
    imageIds: all((shard) => shard.imageIds),
    trueClass: Int32Array.from(all((shard) => shard.trueClass)),
    predictedClass: Int32Array.from(all((shard) => shard.predictedClass)),
    confidence: Float32Array.from(all((shard) => shard.confidence)),
    top5: Int32Array.from(all((shard) => shard.top5, k)),
  };
}
