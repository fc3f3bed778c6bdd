import { OptionError } from 'selective-brain-damage-statistics';
import '../backend/ops/fakeQuantizeLayer';
import * as tf from '../backend/tf';
import type { ImageDataset } from '../datasets/imageDataset';
import { fromTopology, type LayerJson, type Topology, topologyOf } from '../models/topology';
import { activationQuantizer, type Quantizer } from './arithmetic';

/** Layers whose outputs are among the values of their input, so that they need no quantizer. */
const PASSING = /^(MaxPooling[123]D|Flatten|Reshape|Permute|ZeroPadding2D|Cropping2D|Dropout)$/;

/** The quantizers of a network's activations, by the layer that gives them. */
export type Quantizers = ReadonlyMap<string, Quantizer>;

/** Images of one batch of the calibration. */
const BATCH = 128;

/**
 * The quantizer of each activation, from its least and greatest value over the calibration images: the
 * network's input and what every layer gives, after a ReLU that follows it.
 */
export async function calibrate(model: tf.LayersModel, images: ImageDataset): Promise<Quantizers> {
  const names = quantizedLayers(topologyOf(model));
  const outputs = names.map((name) => model.getLayer(name).output as tf.SymbolicTensor);
  const probe = tf.model({ inputs: model.inputs, outputs });
  const least = new Float64Array(names.length).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(names.length).fill(Number.NEGATIVE_INFINITY);
  for await (const { images: pixels, shape } of images.batches(BATCH))
    tf.tidy(() => {
      const given = probe.predictOnBatch(tf.tensor4d(pixels, shape));
      for (const [i, tensor] of (Array.isArray(given) ? given : [given]).entries()) {
        least[i] = Math.min(least[i]!, tensor.min().dataSync()[0]!);
        most[i] = Math.max(most[i]!, tensor.max().dataSync()[0]!);
      }
    });
  if (least[0] === Number.POSITIVE_INFINITY)
    throw new OptionError(`calibration: ${images.name} has no images.`, { option: 'calibration' });
  return new Map(names.map((name, i) => [name, activationQuantizer(least[i]!, most[i]!)]));
}

/** A copy of a network, without its weights, that quantizes its activations. */
export function withQuantizers(
  model: tf.LayersModel,
  quantizers: Quantizers,
): Promise<tf.LayersModel> {
  const topology = structuredClone(topologyOf(model));
  const { layers, output_layers = [] } = topology.config as FunctionalConfig;
  const users = [...layers.flatMap(inputsOf), ...output_layers];
  for (const [name, { scale, zeroPoint }] of quantizers) {
    const quantizer = `${name}/quantize`;
    for (const input of users) if (input[0] === name) input[0] = quantizer;
    layers.push({
      name: quantizer,
      class_name: 'FakeQuantize',
      config: { name: quantizer, trainable: false, scale, zeroPoint },
      inbound_nodes: [[[name, 0, 0, {}]]],
    });
  }
  return fromTopology(topology);
}

/** The quantizer of the activations that a layer takes; undefined where it takes several. */
export function inputQuantizer(
  model: tf.LayersModel,
  layer: string,
  quantizers: Quantizers,
): Quantizer | undefined {
  const byName = new Map(functional(topologyOf(model)).layers.map((l) => [l.name, l]));
  let [source, another] = inputsOf(byName.get(layer)!);
  while (source && !another) {
    const found = quantizers.get(source[0]);
    if (found) return found;
    [source, another] = inputsOf(byName.get(source[0])!);
  }
  return undefined;
}

interface FunctionalConfig {
  readonly layers: LayerJson[];
  readonly output_layers?: [string, ...unknown[]][];
}

function functional(topology: Topology): FunctionalConfig {
  return topology.config as FunctionalConfig;
}

function inputsOf({ inbound_nodes = [] }: LayerJson): [string, ...unknown[]][] {
  return inbound_nodes.flat();
}

/**
 * The layers whose outputs are quantized: all but those that pass values on, and those that only a ReLU
 * uses, with which they are one operation.
 */
function quantizedLayers(topology: Topology): string[] {
  const { layers, output_layers = [] } = functional(topology);
  const shared = layers.find(({ inbound_nodes = [] }) => inbound_nodes.length > 1);
  if (shared)
    throw new OptionError(
      `quantizeModel: layer ${shared.name} is used more than once; activations of such a network ` +
        'cannot be quantized. Leave out activations to quantize its weights alone.',
      { option: 'activations' },
    );
  const isFused = ({ name }: LayerJson) => {
    const users = layers.filter((layer) => inputsOf(layer).some(([input]) => input === name));
    const isOutput = output_layers.some(([output]) => output === name);
    return !isOutput && users.length === 1 && isRelu(users[0]!);
  };
  return layers
    .filter((layer) => !PASSING.test(layer.class_name) && !isFused(layer))
    .map(({ name }) => name);
}

function isRelu({ class_name, config }: LayerJson): boolean {
  return class_name === 'ReLU' || (class_name === 'Activation' && config.activation === 'relu');
}
