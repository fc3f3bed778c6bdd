import { AsyncLocalStorage } from 'node:async_hooks';
import { TrainingError } from 'selective-brain-damage-statistics';
import {
  itemsOf,
  type JsonRule,
  objectOf,
  parseJson,
  STRING,
  sizeOfShape,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import { checkTopology } from './checkTopology';
import type { RunRecord } from './runRecord';
import type { NamedArray } from './safetensors';
import { nameOf } from './weights';

/** A file of a model's folder, by its path. */
export interface StoredBytes {
  readonly file: string;
  readonly bytes: Buffer;
}

/** The way out of a damaged model. */
export function retrain(folder: string): string {
  return `Delete the folder ${folder} and run the training again, which makes this model anew; no other model is lost.`;
}

interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest: readonly [{ readonly weights: tf.io.WeightsManifestEntry[] }];
}

const MODEL_JSON: JsonRule = objectOf({
  modelTopology: objectOf({ class_name: TEXT, config: objectOf({}) }),
  weightsManifest: {
    ...itemsOf(
      objectOf({
        weights: itemsOf(
          objectOf({
            name: TEXT,
            shape: itemsOf({ expected: 'a size', accepts: Number.isSafeInteger }),
            dtype: STRING,
          }),
        ),
      }),
    ),
    expected: 'a list of one item',
    accepts: (value) => Array.isArray(value) && value.length === 1,
  },
});

/** A network that is being read: the weights that its topology may still make, and those that it has made. */
interface Reading {
  left: number;
  readonly made: tf.LayerVariable[];
}

const reading = new AsyncLocalStorage<Reading>();

/**
 * Holds every weight that a topology asks for against the weights that its file holds, before it is allocated:
 * tfjs makes all of them as the topology says, and only then looks into the file.
 */
function holdWeightsAgainstFile(): void {
  const prototype = tf.layers.Layer.prototype as unknown as {
    addWeight(name: string, shape: number[], ...rest: unknown[]): tf.LayerVariable;
  };
  const { addWeight } = prototype;
  prototype.addWeight = function (name, shape, ...rest) {
    const now = reading.getStore();
    if (!now) return addWeight.call(this, name, shape, ...rest);
    const size = sizeOfShape(shape);
    if (size === undefined || size > now.left)
      throw new Error(`the weight ${name} [${shape}] is larger than all weights that are left`);
    now.left -= size;
    const weight = addWeight.call(this, name, shape, ...rest);
    now.made.push(weight);
    return weight;
  };
}
holdWeightsAgainstFile();

/**
 * Builds the network of `model.json` with the weights of `weights.bin`.
 *
 * @throws TrainingError naming the file, where it is damaged or the two do not belong together
 */
export async function readNetwork(
  folder: string,
  json: StoredBytes,
  weights: StoredBytes,
): Promise<tf.LayersModel> {
  const wayOut = retrain(folder);
  const failed = (file: string, problem: string, cause?: unknown): never => {
    throw new TrainingError(`${file}: ${problem}. ${wayOut}`, { cause, file });
  };
  const { modelTopology, weightsManifest } = parseJson<ModelJson>(
    { file: json.file, what: 'the network', rule: MODEL_JSON, Failure: TrainingError, wayOut },
    json.bytes,
  );
  const [{ weights: specs }] = weightsManifest;
  const count = specs.reduce((sum, { shape }) => sum + (sizeOfShape(shape) ?? Number.NaN), 0);
  const other = specs.find(({ dtype, quantization }) => dtype !== 'float32' || quantization);
  if (other)
    failed(json.file, `the weight ${other.name} is of type ${other.dtype}, expected float32`);
  if (4 * count !== weights.bytes.length)
    failed(
      weights.file,
      `has ${weights.bytes.length} bytes, expected ${4 * count} for the weights in ${json.file}`,
    );
  const data = new Uint8Array(weights.bytes).buffer;
  const bad = new Float32Array(data).findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0) failed(weights.file, `the weight at byte ${4 * bad} is no finite number`);
  try {
    checkTopology(modelTopology);
  } catch (cause) {
    failed(json.file, `the network cannot be built (${(cause as Error).message})`, cause);
  }
  const now: Reading = { left: count, made: [] };
  return reading
    .run(now, () =>
      tf.loadLayersModel({
        load: async () => ({ modelTopology, weightSpecs: specs, weightData: data }),
      }),
    )
    .catch((cause: Error) => {
      for (const weight of now.made) weight.dispose();
      return failed(json.file, `the network cannot be built (${cause.message})`, cause);
    });
}

/**
 * Checks that masks are those of a network and of its record.
 *
 * @throws TrainingError naming the file and the mask
 */
export function checkMasks(
  folder: string,
  file: string,
  masks: ReadonlyMap<string, NamedArray>,
  model: tf.LayersModel,
  { outcome }: RunRecord,
): void {
  const failure = (name: string, problem: string) =>
    new TrainingError(`${file}: the mask of ${name} ${problem}. ${retrain(folder)}`, { file });
  const shapes = new Map(model.weights.map((weight) => [nameOf(weight), weight.shape]));
  for (const [name, { shape, data }] of masks) {
    const expected = shapes.get(name);
    if (!expected) throw failure(name, 'belongs to no weight of the network');
    if (expected.join() !== shape.join())
      throw failure(name, `has the shape [${shape}], the weight [${expected}]`);
    if (!(data instanceof Uint8Array) || data.some((kept) => kept > 1))
      throw failure(name, 'holds other bytes than 0 and 1');
    const recorded = outcome.tensors.find((tensor) => tensor.name === name);
    const kept = data.reduce((sum, bit) => sum + bit, 0);
    if (recorded && recorded.kept !== kept)
      throw failure(name, `keeps ${kept} weights, the record says ${recorded.kept}`);
  }
}
