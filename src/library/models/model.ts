import { OptionError } from 'selective-brain-damage-statistics';
import {
  checkOption,
  count,
  listOf,
  requireAwaited,
  SEED,
  seedFrom,
  shown,
} from 'selective-brain-damage-statistics/internal';
import { useBackend } from '../backend/backend';
import type * as tf from '../backend/tf';
import { airbench } from './airbench';
import { endingInLogits } from './endingInLogits';
import { initialized } from './initializers';
import { checkModelSpec, type ModelSpec, type TopologySpec } from './modelSpec';
import { renumbered } from './renumbered';
import { resNet50 } from './resNet50';
import type { ModelShape } from './shape';
import { smallCnn } from './smallCnn';
import { fromTopology, type Topology, topologyOf } from './topology';
import { wideResNet } from './wideResNet';

/**
 * Builds a network with initial weights drawn from `seed`: every random initialiser draws from a seed of
 * its own, derived from the layer's name. Runs on the current backend, else the first that
 * loads.
 *
 * @param shape of the images and their classes; a data set has one
 * @returns a model from images `[n, height, width, channels]` to logits `[n, classes]`
 * @throws OptionError if the name is unknown or the network does not fit the shape
 */
export async function buildModel(
  spec: ModelSpec,
  shape: ModelShape,
  seed: number,
): Promise<tf.LayersModel> {
  checkModelSpec('buildModel', spec);
  checkShape(shape);
  checkOption('seed', seed, SEED.accepts(seed), SEED.expected);
  await useBackend();
  const topology = spec.name === 'topology' ? spec.topology : namedTopology(spec, shape);
  const model = await fromTopology(seeded(endingInLogits(topology), seed));
  checkFit(model, shape);
  return model;
}

const SIDES = listOf(count(), 3);

/** @throws OptionError for anything but the shape of images and a number of classes */
function checkShape(shape: ModelShape): void {
  requireAwaited('buildModel', 'shape', shape);
  const { imageShape, numClasses } = (shape ?? {}) as Partial<ModelShape>;
  if (SIDES.accepts(imageShape) && imageShape!.length === 3 && count().accepts(numClasses)) return;
  throw new OptionError(
    'buildModel: expected a shape { imageShape: [height, width, channels], numClasses } or a data set, ' +
      `found ${shown(shape)}.`,
    { option: 'shape', value: shape },
  );
}

/**
 * A copy of a user's own model, weights included, that ends in logits; automatic names are those of
 * {@link renumbered}.
 *
 * @throws OptionError if the model does not fit the shape
 */
export async function copyModel(model: tf.LayersModel, shape: ModelShape): Promise<tf.LayersModel> {
  const copy = await fromTopology(endingInLogits(renumbered(topologyOf(model))));
  copy.setWeights(model.getWeights());
  checkFit(copy, shape);
  return copy;
}

function namedTopology(spec: Exclude<ModelSpec, TopologySpec>, shape: ModelShape): Topology {
  const model = build(spec, shape);
  try {
    return initialized(topologyOf(model), spec.init);
  } finally {
    model.dispose();
  }
}

function build(spec: Exclude<ModelSpec, TopologySpec>, shape: ModelShape): tf.LayersModel {
  switch (spec.name) {
    case 'small-cnn':
      return smallCnn(shape, spec);
    case 'wide-resnet':
      return wideResNet(shape, spec);
    case 'airbench':
      return airbench(shape, spec);
    case 'resnet-50':
      return resNet50(shape);
  }
}

type Json = { [key: string]: unknown };

/** The topology with a seed of its own in every initialiser; those that draw nothing ignore it. */
function seeded(topology: Topology, seed: number): Topology {
  const walk = (node: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(node)) return node.map((child) => walk(child, path));
    if (!isObject(node)) return node;
    const { name, config } = node;
    const here = typeof name === 'string' ? [...path, name] : path;
    if (path.at(-1)?.endsWith('initializer') && isObject(config))
      return { ...node, config: { ...config, seed: seedFrom(seed, 'init', ...path) } };
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, walk(value, [...here, key])]),
    );
  };
  return walk(topology, []) as Topology;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/**
 * Checks that a network takes images of this shape and gives a logit for each class.
 *
 * @throws OptionError naming the network's shape and the expected one
 */
export function checkFit(model: tf.LayersModel, { imageShape, numClasses }: ModelShape): void {
  const fits = (actual: tf.Shape, expected: readonly number[]) =>
    actual.length === expected.length + 1 &&
    expected.every((size, i) => actual[i + 1] === null || actual[i + 1] === size);
  const input = model.inputs[0]!.shape;
  const output = model.outputs[0]!.shape;
  if (model.inputs.length !== 1 || !fits(input, imageShape))
    throw new OptionError(
      `Model '${model.name}' takes [${input}], the images are [n, ${imageShape}].`,
      { option: 'model', value: model },
    );
  if (model.outputs.length !== 1 || !fits(output, [numClasses]))
    throw new OptionError(
      `Model '${model.name}' gives [${output}], the data set has ${numClasses} classes: ` +
        `expected [n, ${numClasses}].`,
      { option: 'model', value: model },
    );
}
