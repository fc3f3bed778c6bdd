import * as tf from '../backend/tf';
import { checkTopology } from './checkTopology';

/** A network without its weights, as `tf.LayersModel.toJSON` gives it. */
export type Topology = Readonly<Record<string, unknown>>;

/** A layer in a topology. */
export interface LayerJson {
  readonly name: string;
  class_name: string;
  readonly config: Record<string, unknown>;
  /** For each use of the layer, its inputs: `[layer name, use, output, arguments]`. */
  readonly inbound_nodes?: [name: string, ...rest: unknown[]][][];
}

/** A model without its weights. */
export function topologyOf(model: tf.LayersModel): Topology {
  return model.toJSON(null, false) as Topology;
}

/**
 * A model with the weights that its initialisers draw.
 *
 * @throws Error where no layer gives the inputs of another
 */
export async function fromTopology(topology: Topology): Promise<tf.LayersModel> {
  checkTopology(topology);
  return tf.models.modelFromJSON(topology as Parameters<typeof tf.models.modelFromJSON>[0]);
}
