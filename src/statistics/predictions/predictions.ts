/** An image in predictions: its index in the data set, or its name. */
export type ImageId = number | string;

/** The predictions of one model; row i belongs to `Predictions.imageIds[i]`. */
export interface ModelPredictions {
  /** The treatment of the network: `dense`, `pruned 0.9`, `int8`. */
  readonly variant: string;
  /** Share of the weights that are zero, 0–1; NaN where the variant has none. */
  readonly sparsity: number;
  /** Tells the models of a variant apart. */
  readonly replicate: number;
  /** Class with the largest softmax output, int32 [images]. */
  readonly predictedClass: Int32Array;
  /** The softmax maximum, [images], 0–1. */
  readonly confidence?: Float32Array;
  /**
   * The five most probable classes, best first, [images × 5], row-major; [images × k] of a model
   * that knows only k classes.
   */
  readonly top5?: Int32Array;
}

/**
 * The predictions of a population of models for one set of images. Every model covers every image, so
 * images and true classes are held once and a model takes 4 bytes per image.
 */
export interface Predictions {
  /** One per image, sorted: numbers by value, names by their characters. */
  readonly imageIds: readonly ImageId[];
  /** 0-based, int32 [images]. */
  readonly trueClass: Int32Array;
  /** By sparsity, those without one last; then by replicate. */
  readonly models: readonly ModelPredictions[];
  /** Index = class, where the names are known. */
  readonly classNames?: readonly string[];
  /** The values of groups, [images] each: `{ sex: ['f', 'm', …] }`. */
  readonly groups?: Readonly<Record<string, readonly (string | number)[]>>;
}

/** One model's predictions together with their images: the contents of a file. */
export type PredictionsOfModel = ModelPredictions &
  Pick<Predictions, 'imageIds' | 'trueClass' | 'groups'>;
