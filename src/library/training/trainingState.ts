import { OptionError, TrainingError } from 'selective-brain-damage-statistics';
import { type UpdateOptions, type UpdateState, updateWeights } from '../backend/ops/updateWeights';
import * as tf from '../backend/tf';
import type { NamedArray } from '../models/safetensors';
import { nameOf } from '../models/weights';

/** A weight of a model, with the state that training keeps for it. */
interface Parameter extends UpdateState {
  readonly name: string;
  readonly decays: boolean;
  readonly pruned?: { mask: tf.Tensor; readonly weights: tf.Variable };
}

/**
 * The state that training changes: a model's weights, their velocities, the masks and the stored
 * weights under them, and the moving averages of batch norms.
 */
export class TrainingState {
  readonly variables: tf.Variable[];
  private readonly parameters: Parameter[];
  private readonly averages: { name: string; variable: tf.Variable }[];

  /** @param prunedNames the weights that get a mask, all of them kept at first */
  constructor(model: tf.LayersModel, prunedNames: readonly string[]) {
    const batchNormWeights = new Set(
      model.layers
        .filter((layer) => /^BatchNorm/.test(layer.getClassName()))
        .flatMap((layer) => layer.weights),
    );
    this.parameters = model.trainableWeights.map((weight) => {
      const name = nameOf(weight);
      const variable = weight.read() as tf.Variable;
      return tf.tidy(() => ({
        name,
        variable,
        decays: !batchNormWeights.has(weight),
        velocity: tf.variable(tf.zerosLike(variable), false),
        ...(prunedNames.includes(name) && {
          pruned: {
            mask: tf.keep(tf.onesLike(variable)),
            weights: tf.variable(variable.clone(), false),
          },
        }),
      }));
    });
    this.averages = model.nonTrainableWeights.map((weight) => ({
      name: nameOf(weight),
      variable: weight.read() as tf.Variable,
    }));
    this.variables = this.parameters.map(({ variable }) => variable);
  }

  /** One step of the optimizer; weight decay acts on all but batch norms. */
  update(gradients: Readonly<Record<string, tf.Tensor>>, options: Required<UpdateOptions>): void {
    for (const parameter of this.parameters)
      updateWeights(parameter, gradients[parameter.variable.name]!, {
        ...options,
        weightDecay: parameter.decays ? options.weightDecay : 0,
      });
  }

  /** New masks: one byte a weight, 1 = kept, from the stored weights. */
  remask(choose: (weights: Float32Array, name: string) => Uint8Array): void {
    for (const { name, variable, pruned } of this.parameters) {
      if (!pruned) continue;
      const mask = choose(pruned.weights.dataSync<'float32'>(), name);
      pruned.mask.dispose();
      pruned.mask = tf.tensor(Float32Array.from(mask), variable.shape);
      tf.tidy(() => variable.assign(pruned.weights.mul(pruned.mask)));
    }
  }

  /** The mask of each pruned weight, one byte a weight, 1 = kept. */
  masks(): Map<string, NamedArray> {
    const masks = new Map<string, NamedArray>();
    for (const { name, pruned } of this.parameters)
      if (pruned)
        masks.set(name, {
          shape: pruned.mask.shape,
          data: Uint8Array.from(pruned.mask.dataSync()),
        });
    return masks;
  }

  /** The whole state, for a checkpoint; undefined if a number in it is not finite. */
  async snapshot(): Promise<Map<string, NamedArray> | undefined> {
    const arrays = new Map<string, NamedArray>();
    for (const [name, tensor] of this.tensors()) {
      const data = (await tensor.data<'float32'>()).slice();
      if (!data.every(Number.isFinite)) return undefined;
      arrays.set(name, { shape: tensor.shape, data });
    }
    for (const [name, mask] of this.masks()) arrays.set(`mask/${name}`, mask);
    return arrays;
  }

  /**
   * Restores the state from a checkpoint of the same model.
   *
   * @param file the checkpoint
   * @throws TrainingError where an array is missing or of another shape; the state is then unchanged
   */
  restore(arrays: ReadonlyMap<string, NamedArray>, file: string): void {
    const dataOf = (name: string, { shape }: { readonly shape: readonly number[] }) => {
      const array = arrays.get(name);
      if (array?.shape.join() === shape.join()) return array.data;
      throw new TrainingError(
        `${file}: holds ${array ? `${name} [${array.shape}]` : `no ${name}`}, expected [${shape}]. Delete it to ` +
          'train from the start.',
        { file },
      );
    };
    const values = [...this.tensors()].map(
      ([name, tensor]) => [tensor, dataOf(name, tensor)] as const,
    );
    const masks = new Map(
      this.parameters.flatMap(({ name, pruned }) =>
        pruned ? [[name, dataOf(`mask/${name}`, pruned.mask) as Uint8Array]] : [],
      ),
    );
    for (const [tensor, data] of values)
      tf.tidy(() => tensor.assign(tf.tensor(data, tensor.shape)));
    this.remask((_, name) => masks.get(name)!);
  }

  /** Frees all but the model's own weights. */
  dispose(): void {
    for (const { velocity, pruned } of this.parameters) {
      velocity.dispose();
      pruned?.mask.dispose();
      pruned?.weights.dispose();
    }
  }

  private *tensors(): Generator<[string, tf.Variable]> {
    for (const { name, variable, velocity, pruned } of this.parameters) {
      yield [`weights/${name}`, pruned ? pruned.weights : variable];
      yield [`velocity/${name}`, velocity];
    }
    for (const { name, variable } of this.averages) yield [`average/${name}`, variable];
  }
}

/**
 * The weights to prune: those named, by default every kernel of a convolution or dense layer but those of
 * the classifier, the layer that gives the logits.
 *
 * @param place of the options, for the errors
 * @throws OptionError if a name is not the model's, or there is no weight to prune
 */
export function prunableWeights(
  model: tf.LayersModel,
  options: { readonly tensors?: readonly string[] | undefined; readonly classifier?: boolean } = {},
  place = 'pruning.',
): string[] {
  const { tensors, classifier = false } = options;
  const all = model.trainableWeights.map(nameOf);
  const unknown = tensors?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new OptionError(
      `${place}tensors: '${unknown[0]}' is no trainable weight of '${model.name}'; expected one of ` +
        `${all.join(', ')}.`,
      { option: `${place}tensors`, value: tensors },
    );
  if (tensors) return [...tensors];
  const kept = classifier ? [] : kernelsOf(classifierOf(model));
  const kernels = model.layers.flatMap(kernelsOf).filter((name) => !kept.includes(name));
  if (kernels.length === 0)
    throw new OptionError(
      `'${model.name}' has no weight to prune but its classifier's; ${place}classifier: true prunes them.`,
      { option: `${place}classifier`, value: classifier },
    );
  return kernels;
}

function kernelsOf(layer: tf.layers.Layer | undefined): string[] {
  const names = layer?.trainableWeights.map(nameOf) ?? [];
  return names.filter((name) => name.endsWith('kernel'));
}

/** The last layer with weights on the way to the output. */
function classifierOf(model: tf.LayersModel): tf.layers.Layer | undefined {
  let layer: tf.layers.Layer | undefined = model.outputs[0]!.sourceLayer;
  while (layer && layer.weights.length === 0)
    layer = (layer.inboundNodes[0]?.inboundLayers as tf.layers.Layer[] | undefined)?.[0];
  return layer;
}
