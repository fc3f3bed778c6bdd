import type * as tf from '../backend/tf';

/** A weight's name within its model; tfjs makes `name` unique over all models of a process. */
export function nameOf(weight: tf.LayerVariable): string {
  return weight.originalName;
}
