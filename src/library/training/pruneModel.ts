import { checkChoice, checkSparsity } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import { nameOf } from '../models/model';
import type { NamedArray } from '../models/safetensors';
import { maskOf, PRUNING_METHODS, type PruningMethod } from './masks';
import { prunableWeights } from './trainingState';

/** Options of {@link pruneModel}. */
export interface PruneModelOptions {
  /** Share of each pruned weight tensor to be zero, 0 to below 1. */
  sparsity: number;
  /** Default `'magnitude'`; `'random'` is the control. */
  method?: PruningMethod;
  /** Decides what `'random'` masks. Default 0. */
  seed?: number;
  /** Weights to prune, by name. Default: all convolution and dense kernels. */
  tensors?: readonly string[];
}

/**
 * Prunes a trained model at once, without training it further: the weights of smallest magnitude
 * in each tensor become 0, in place.
 *
 * @returns the masks by weight name, one byte a weight, 1 = kept
 * @throws OptionError if an option has a value that it does not take
 * @throws TrainingError if a weight is NaN
 */
export function pruneModel(
  model: tf.LayersModel,
  options: PruneModelOptions,
): Map<string, NamedArray> {
  const { sparsity, method = 'magnitude', seed = 0, tensors } = options;
  checkSparsity(sparsity);
  checkChoice('method', method, PRUNING_METHODS);
  const names = new Set(prunableWeights(model, tensors, 'tensors'));
  const masks = new Map<string, NamedArray>();
  for (const weight of model.trainableWeights) {
    const name = nameOf(weight);
    if (!names.has(name)) continue;
    const variable = weight.read() as tf.Variable;
    const values = variable.dataSync<'float32'>();
    const data = maskOf(name, values, sparsity, method, seed);
    const kept = values.map((value, i) => value * data[i]!);
    tf.tidy(() => variable.assign(tf.tensor(kept, variable.shape)));
    masks.set(name, { shape: variable.shape, data });
  }
  return masks;
}
