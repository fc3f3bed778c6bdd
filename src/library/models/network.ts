import { OptionError } from 'selective-brain-damage-statistics';
import { requireAwaited, shown, type VariantOf } from 'selective-brain-damage-statistics/internal';
import * as tf from '../backend/tf';
import type { TrainedModel } from './modelFolder';
import { variantOfRun } from './variantOfRun';

/** A network that takes images: what `trainPruned` and `loadModel` give, or a `tf.LayersModel`. */
export type Network = TrainedModel | tf.LayersModel;

/** The network's layers. */
export function layersOf(network: Network): tf.LayersModel {
  return network instanceof tf.LayersModel ? network : network.model;
}

/** The variant that a network is of: by what its record says was done to it, else its own name. */
export function variantOf(network: Network): VariantOf {
  if (network instanceof tf.LayersModel) return { variant: network.name, sparsity: Number.NaN };
  return variantOfRun(network.run);
}

/** Whether a value is a network. */
export function isNetwork(value: unknown): value is Network {
  if (value instanceof tf.LayersModel) return true;
  const { model, run } = (value ?? {}) as { model?: unknown; run?: { spec?: unknown } };
  return model instanceof tf.LayersModel && typeof run?.spec === 'object';
}

/**
 * Checks an argument of a cell that takes a network.
 *
 * @param name the argument's, as `model`
 * @throws OptionError for a promise, a path or anything else, saying the way out
 */
export function checkNetwork(cell: string, model: unknown, name = 'model'): void {
  requireAwaited(cell, name, model);
  if (isNetwork(model)) return;
  const wayOut =
    typeof model === 'string'
      ? 'load it with await loadModel(folder)'
      : 'pass what trainPruned or loadModel gives, or a tf.LayersModel';
  throw new OptionError(
    `${cell}: expected a network as ${name}, found ${shown(model)}; ${wayOut}.`,
    {
      option: name,
      value: model,
    },
  );
}
