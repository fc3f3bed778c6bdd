import * as tf from '../backend/tf';
import { endingInLogits } from './endingInLogits';
import { fromTopology, type LayerJson, type Topology, topologyOf } from './topology';

/**
 * A copy of a model for evaluation only: it ends in logits, and convolutions absorb the batch norms that
 * follow them. With s = gamma / sqrt(variance + epsilon), the filter becomes filter · s, the bias
 * beta + (bias − mean) · s, and the convolution takes over the activation.
 */
export async function foldBatchNorms(model: tf.LayersModel): Promise<tf.LayersModel> {
  const topology = endingInLogits(topologyOf(model)) as unknown as {
    config: { layers: LayerJson[]; output_layers?: [string, ...unknown[]][] };
  };
  const norms = foldIntoConvolutions(topology.config);
  const folded = await fromTopology(topology as unknown as Topology);
  tf.tidy(() => {
    for (const layer of folded.layers) {
      const weights = model.getLayer(layer.name).getWeights();
      const norm = norms.get(layer.name);
      layer.setWeights(norm ? joined(weights, model.getLayer(norm)) : weights);
    }
  });
  return folded;
}

/** Removes the batch norms from a configuration and returns each one's name by its convolution's. */
function foldIntoConvolutions(config: {
  layers: LayerJson[];
  output_layers?: [string, ...unknown[]][];
}): Map<string, string> {
  const norms = new Map<string, string>();
  const inputs = (layer: LayerJson) => (layer.inbound_nodes ?? []).flat();
  for (const norm of config.layers.filter(({ class_name }) => class_name === 'BatchNorm')) {
    const [source, another] = inputs(norm);
    const conv = config.layers.find(({ name }) => name === source?.[0]);
    const users = config.layers.filter((layer) =>
      inputs(layer).some(([name]) => name === conv?.name),
    );
    const isOutput = config.output_layers?.some(([name]) => name === conv?.name);
    if (!conv || another || users.length !== 1 || isOutput || !isPlainConvolution(conv)) continue;
    norms.set(conv.name, norm.name);
    conv.class_name = 'Conv2D';
    conv.config.use_bias = true;
    conv.config.activation = norm.config.activation;
    config.layers.splice(config.layers.indexOf(norm), 1);
    for (const input of [...config.layers.flatMap(inputs), ...(config.output_layers ?? [])])
      if (input[0] === norm.name) input[0] = conv.name;
  }
  return norms;
}

function isPlainConvolution({ class_name, config }: LayerJson): boolean {
  return /^(Image)?Conv2D$/.test(class_name) && config.activation === 'linear';
}

/** The filter and bias of a convolution with the batch norm after it. */
function joined([filter, bias]: tf.Tensor[], norm: tf.layers.Layer): tf.Tensor[] {
  const [gamma, beta, mean, variance] = norm.getWeights() as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const scale = gamma.div(variance.add(norm.getConfig().epsilon as number).sqrt());
  const shift = bias ? bias.sub(mean) : mean.neg();
  return [filter!.mul(scale), beta.add(shift.mul(scale))];
}
