import { OptionError } from 'selective-brain-damage-statistics';
import { checkOptions, type OptionRules } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import { DATASET, type ImageDataset } from '../datasets/imageDataset';
import { foldBatchNorms } from '../models/foldBatchNorms';
import type { TrainedModel } from '../models/modelFolder';
import { checkLayersNetwork, type LayersNetwork, layersOf } from '../models/network';
import { runHash } from '../models/runHash';
import type { QuantizationRecord } from '../models/runRecord';
import { recordOf } from '../training/dataRecord';
import { calibrate, inputQuantizer, type Quantizers, withQuantizers } from './activations';
import { type Quantization, quantizationRules } from './quantization';
import { quantizeLayer } from './weights';

/** Options of {@link quantizeModel}. */
export interface QuantizeModelOptions extends Quantization {
  /**
   * Images from which the ranges of activations are taken, all of them; some hundred training images
   * are enough: `train.take(512)`.
   */
  calibration?: ImageDataset;
}

/** What {@link quantizeModel} gives for a network without the record of a training. */
export interface QuantizedModel {
  /** The network, computed on the values that the integers stand for. */
  readonly model: tf.LayersModel;
  /** How it was made, and its size. */
  readonly quantization: QuantizationRecord;
}

/** Of an activation's quantizer: a float32 scale and an 8-bit zero point. */
const QUANTIZER_BYTES = 5;

const rules: OptionRules<QuantizeModelOptions> = { ...quantizationRules, calibration: DATASET };

/**
 * Quantizes a network after its training, as TensorFlow Lite's 8-bit specification defines it (Jacob et
 * al. 2018): weights of convolutions and dense layers become symmetric integers, −127 to 127 or −7 to 7,
 * with a scale per output channel. With `activations`, the input and what every layer gives become
 * integers from −128 to 127 whose ranges were seen on the calibration images and hold 0 exactly, and biases
 * 32-bit integers at the scale of input times weights (full integer or static quantization); else
 * activations and biases stay float32 (weight-only quantization; TensorFlow Lite's dynamic-range kernels
 * would also quantize the activations of each batch as it comes). Float16 rounds every weight to the
 * nearest, halves to even.
 *
 * Each batch norm that directly follows a convolution is folded into it first. Others, as in
 * pre-activation residual networks and after a pooling, stay float32, between quantized activations; the
 * record lists them as `unfolded`.
 *
 * The result computes in float32 on the values that the integers stand for, so that every backend runs it.
 * Weights that are zero, as pruned ones are, stay zero.
 *
 * @param trained is not changed
 * @returns the quantized network; of a trained model, with its masks and its run's record
 * @throws OptionError for a wrong option or value, for `activations` without `calibration`, and for a
 *   network without a weight to quantize
 */
export async function quantizeModel(
  trained: TrainedModel,
  options: QuantizeModelOptions,
): Promise<TrainedModel & QuantizedModel>;
export async function quantizeModel(
  trained: tf.LayersModel,
  options: QuantizeModelOptions,
): Promise<QuantizedModel>;
export async function quantizeModel(
  trained: LayersNetwork,
  options: QuantizeModelOptions,
): Promise<QuantizedModel> {
  checkLayersNetwork('quantizeModel', trained);
  checkOptions('quantizeModel', options, rules);
  const { weights, activations, perChannel = true, calibration } = options;
  if ((activations === undefined) !== (calibration === undefined))
    throw new OptionError(
      activations === undefined
        ? "quantizeModel: calibration is given without activations: 'int8', which is what it is for."
        : 'quantizeModel: activations need calibration, a data set such as train.take(512).',
      { option: 'calibration', value: calibration },
    );
  const network = layersOf(trained);
  const folded = await foldBatchNorms(asFunctional(network));
  const quantizers: Quantizers = calibration ? await calibrate(folded, calibration) : new Map();
  const model = await withQuantizers(folded, quantizers);
  let bytes = QUANTIZER_BYTES * quantizers.size;
  let kernels = 0;
  for (const layer of folded.layers) {
    const input = inputQuantizer(folded, layer.name, quantizers);
    const quantized = quantizeLayer(layer, { weights, perChannel }, input?.scale);
    bytes += quantized.bytes;
    kernels += Number(quantized.hasKernel);
    setWeights(model.getLayer(layer.name), quantized.weights);
  }
  const unfolded = folded.layers.filter(isBatchNorm).map(({ name }) => name);
  folded.dispose();
  if (kernels === 0)
    throw new OptionError(
      `quantizeModel: ${network.name} has no convolution and no dense layer to quantize.`,
      { option: 'model', value: network.name },
    );
  const quantization: QuantizationRecord = {
    ...{ weights, perChannel },
    ...(activations && { activations }),
    ...(calibration && { calibration: recordOf(calibration) }),
    ...(!(trained instanceof tf.LayersModel) && { baseline: runHash(trained.run) }),
    ...{ unfolded, bytes, float32Bytes: 4 * network.countParams() },
  };
  if (trained instanceof tf.LayersModel) return { model, quantization };
  const { masks, run } = trained;
  return { model, quantization, masks, run: { ...run, quantization } } as QuantizedModel;
}

/** A sequential model as one whose layers name their inputs. */
function asFunctional(model: tf.LayersModel): tf.LayersModel {
  if (!(model instanceof tf.Sequential)) return model;
  return tf.model({ inputs: model.inputs, outputs: model.outputs, name: model.name });
}

function isBatchNorm(layer: tf.layers.Layer): boolean {
  return layer.getClassName().startsWith('BatchNorm');
}

function setWeights(layer: tf.layers.Layer, weights: readonly Float32Array[]): void {
  tf.tidy(() =>
    layer.setWeights(
      weights.map((values, i) => tf.tensor(values, layer.weights[i]!.shape as number[])),
    ),
  );
}
