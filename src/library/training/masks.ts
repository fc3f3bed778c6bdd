import { TrainingError } from 'selective-brain-damage-statistics';
import {
  type Random,
  randomFrom,
  shuffleInPlace,
} from 'selective-brain-damage-statistics/internal';
import type { PruningMethod } from '../models/runRecord';

/** All pruning methods. */
export const PRUNING_METHODS: readonly PruningMethod[] = ['magnitude', 'random'];

/**
 * The mask of a weight tensor.
 *
 * @param name the tensor's, which with `seed` decides what `'random'` masks
 * @returns one byte a weight, 1 = kept; exactly `keptCount(weights.length, sparsity)` ones
 * @throws TrainingError if a weight is NaN, which has no place in an order by magnitude
 */
export function maskOf(
  name: string,
  weights: Float32Array,
  sparsity: number,
  method: PruningMethod,
  seed: number,
): Uint8Array {
  if (method === 'random')
    return randomMask(weights.length, sparsity, randomFrom(seed, 'mask', name));
  if (weights.some(Number.isNaN))
    throw new TrainingError(
      `${name} holds NaN, so its weights cannot be ordered by magnitude: the training has ` +
        'diverged. Lower learningRate.per256 or lengthen learningRate.warmup.',
    );
  return magnitudeMask(weights, sparsity);
}

/** How many of `size` weights stay at a sparsity: round(size · (1 − sparsity)). */
export function keptCount(size: number, sparsity: number): number {
  return Math.round(size * (1 - sparsity));
}

/**
 * Keeps the weights of largest magnitude (Zhu & Gupta 2017); of equal ones, the first.
 *
 * @param weights none of them NaN
 * @param sparsity share to mask, 0–1
 * @returns one byte a weight, 1 = kept; exactly `keptCount(weights.length, sparsity)` ones
 */
export function magnitudeMask(weights: Float32Array, sparsity: number): Uint8Array {
  const kept = keptCount(weights.length, sparsity);
  const mask = new Uint8Array(weights.length);
  if (kept === 0) return mask;
  const magnitudes = weights.map(Math.abs);
  const threshold = magnitudes.slice().sort()[weights.length - kept]!;
  let left = kept;
  for (let i = 0; i < mask.length; i++) {
    if (magnitudes[i]! > threshold) {
      mask[i] = 1;
      left--;
    }
  }
  for (let i = 0; i < mask.length && left > 0; i++) {
    if (magnitudes[i] === threshold) {
      mask[i] = 1;
      left--;
    }
  }
  return mask;
}

/**
 * Keeps weights drawn from `random`. The same stream at a higher sparsity masks the same weights
 * and more, so that a mask only grows.
 *
 * @param size number of weights
 * @returns one byte a weight, 1 = kept; exactly `keptCount(size, sparsity)` ones
 */
export function randomMask(size: number, sparsity: number, random: Random): Uint8Array {
  const order = shuffleInPlace(
    Uint32Array.from({ length: size }, (_, i) => i),
    random,
  );
  const mask = new Uint8Array(size);
  for (const i of order.subarray(0, keptCount(size, sparsity))) mask[i] = 1;
  return mask;
}

/** Share of zeros in a mask. */
export function sparsityOf(mask: Uint8Array): number {
  return 1 - mask.reduce((ones, kept) => ones + kept, 0) / mask.length;
}
