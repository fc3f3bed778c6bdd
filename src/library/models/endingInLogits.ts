import type { Topology } from './topology';

interface Layer {
  class_name: string;
  config: { readonly name?: unknown; activation?: unknown; [option: string]: unknown };
}

/**
 * The topology without a softmax at its end. Loss and predictions are computed from logits; a softmax
 * of a softmax would train badly and blur confidences without any error.
 */
export function endingInLogits(topology: Topology): Topology {
  const copy = structuredClone(topology) as {
    config: { readonly layers: Layer[]; readonly output_layers?: readonly [string][] };
  };
  const { layers, output_layers: outputs = [] } = copy.config;
  const [outputName] = outputs.flat();
  const output = layers.find(({ config }) => config.name === outputName) ?? layers.at(-1)!;
  if (output.config.activation === 'softmax') output.config.activation = 'linear';
  if (output.class_name === 'Softmax') {
    output.class_name = 'Activation';
    output.config = { name: output.config.name, trainable: true, activation: 'linear' };
  }
  return copy as unknown as Topology;
}
