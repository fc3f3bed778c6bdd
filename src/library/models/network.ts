import { OptionError } from 'selective-brain-damage-statistics';
import { requireAwaited, shown, type VariantOf } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import type { ImageBatch } from '../datasets/types';
import type { TrainedModel } from './modelFolder';
import type { OnnxNetwork } from './onnxNetwork';
import { OnnxSession } from './onnxSession';
import { variantOfRun } from './variantOfRun';

/** A network made of layers: what `trainPruned` and `loadModel` give, or a `tf.LayersModel`. */
export type LayersNetwork = TrainedModel | tf.LayersModel;

/**
 * Answers a batch of images with a row of logits or probabilities for each, `[n, classes]`: a network that
 * something else runs. Its name is its variant in tables.
 */
export type NetworkFunction = (batch: ImageBatch) => Answer | Promise<Answer>;

/** A row for each image: row by row in one array, as a list of rows, or as a tensor. */
export type Answer = Float32Array | readonly (readonly number[])[] | tf.Tensor2D;

/** What answers images: a network made of layers, one in an ONNX file, or a function. */
export type Network = LayersNetwork | OnnxNetwork | NetworkFunction;

/** The network's layers. */
export function layersOf(network: LayersNetwork): tf.LayersModel {
  return network instanceof tf.LayersModel ? network : network.model;
}

/** The variant that a network is of: by what its record says was done to it, else its own name. */
export function variantOf(network: Network): VariantOf {
  if (isTrained(network)) return variantOfRun(network.run);
  const { variant, name } = network as { readonly variant?: string; readonly name?: string };
  return { variant: variant ?? (name || 'function'), sparsity: Number.NaN };
}

/** Whether a value is a network made of layers. */
export function isLayersNetwork(value: unknown): value is LayersNetwork {
  return value instanceof tf.LayersModel || isTrained(value);
}

function isTrained(value: unknown): value is TrainedModel {
  const { model, run } = (value ?? {}) as { model?: unknown; run?: { spec?: unknown } };
  return model instanceof tf.LayersModel && typeof run?.spec === 'object';
}

/** Whether a value is a network. */
export function isNetwork(value: unknown): value is Network {
  return isLayersNetwork(value) || value instanceof OnnxSession || typeof value === 'function';
}

/**
 * Checks an argument of a cell that takes a network of any kind.
 *
 * @param name the argument's, as `model`
 * @throws OptionError for a promise, a path or anything else, saying the way out
 */
export function checkNetwork(cell: string, model: unknown, name = 'model'): void {
  requireAwaited(cell, name, model);
  if (!isNetwork(model))
    fail(
      cell,
      model,
      name,
      'what trainPruned, loadModel or loadOnnx gives, a tf.LayersModel, or a function',
    );
}

/**
 * Checks an argument of a cell that takes a network made of layers.
 *
 * @throws OptionError for anything else, saying the way out
 */
export function checkLayersNetwork(cell: string, model: unknown, name = 'model'): void {
  requireAwaited(cell, name, model);
  if (!isLayersNetwork(model))
    fail(cell, model, name, 'what trainPruned or loadModel gives, or a tf.LayersModel');
}

function fail(cell: string, value: unknown, option: string, expected: string): never {
  const wayOut =
    typeof value !== 'string'
      ? `pass ${expected}`
      : value.endsWith('.onnx')
        ? 'open it with await loadOnnx(path)'
        : 'load it with await loadModel(folder)';
  throw new OptionError(
    `${cell}: expected a network as ${option}, found ${shown(value)}; ${wayOut}.`,
    { option, value },
  );
}
