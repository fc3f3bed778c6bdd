import {
  checkOptions,
  choice,
  FLAG,
  listOf,
  type OptionRules,
  required,
  SEED,
  SPARSITY,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import { checkLayersNetwork, type LayersNetwork, layersOf } from '../models/network';
import type { PruningMethod } from '../models/runRecord';
import type { NamedArray } from '../models/safetensors';
import { nameOf } from '../models/weights';
import { maskOf, PRUNING_METHODS } from './masks';
import { prunableWeights } from './trainingState';

/** Options of {@link pruneModel}. */
export interface PruneModelOptions {
  /** Share of each pruned weight tensor that becomes zero, 0 to below 1. */
  sparsity: number;
  /** Default `'magnitude'`; `'random'` is the control. */
  method?: PruningMethod;
  /** Decides what `'random'` masks. Default 0. */
  seed?: number;
  /** Weights to prune, by name. Default: all convolution and dense kernels, but for the classifier's. */
  tensors?: readonly string[];
  /** Prunes the layer that gives the logits too. Default false, as in the authors' code. */
  classifier?: boolean;
}

const rules: OptionRules<PruneModelOptions> = {
  sparsity: required(SPARSITY),
  method: choice(PRUNING_METHODS),
  seed: SEED,
  tensors: listOf(TEXT),
  classifier: FLAG,
};

/**
 * Prunes a model at once, without further training: the weights of smallest magnitude in each tensor
 * become 0, in place.
 *
 * @param model a network, or what `trainPruned` and `loadModel` give; its weights change
 * @returns the masks by weight name, one byte a weight, 1 = kept
 * @throws OptionError for a wrong option or value
 * @throws TrainingError if a weight is NaN
 */
export function pruneModel(
  model: LayersNetwork,
  options: PruneModelOptions,
): Map<string, NamedArray> {
  checkLayersNetwork('pruneModel', model);
  checkOptions('pruneModel', options, rules);
  const { sparsity, method = 'magnitude', seed = 0, tensors, classifier = false } = options;
  const network = layersOf(model);
  const names = new Set(prunableWeights(network, { tensors, classifier }, ''));
  const masks = new Map<string, NamedArray>();
  for (const weight of network.trainableWeights) {
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
