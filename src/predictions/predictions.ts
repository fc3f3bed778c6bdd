import type { ImageId } from '../datasets/imageDataset';

/** What one model predicted; row i belongs to `Predictions.imageIds[i]`. */
export interface ModelPredictions {
  /** Share of the prunable weights that are zero, 0–1; 0 is dense. */
  readonly sparsity: number;
  /** Number of the model within its sparsity level. */
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
 * What a population of models predicted for one set of images. Every model covers every image, so
 * images and true classes are held once and a model costs 4 bytes an image.
 */
export interface Predictions {
  readonly imageIds: readonly ImageId[];
  /** 0-based, int32 [images]. */
  readonly trueClass: Int32Array;
  /** Ordered by sparsity, then replicate. */
  readonly models: readonly ModelPredictions[];
  /** Index = class, where the names are known. */
  readonly classNames?: readonly string[];
}

/** One model's predictions together with the images they are about: what a file holds. */
export type PredictionsOfModel = ModelPredictions & Pick<Predictions, 'imageIds' | 'trueClass'>;
