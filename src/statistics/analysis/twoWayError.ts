import type { ModelPredictions } from '../predictions/predictions';
import { sum } from './sums';

/**
 * The standard error of the share of right answers of some models on some images, where both are drawn
 * from more of their kind: from the mean squares of a two-way analysis of variance with random effects
 * (Searle, Casella & McCulloch 1992). Adding up the errors over models and over images instead would count
 * twice what they do together.
 *
 * @param images positions of the images
 * @returns NaN for fewer than two models or images
 */
export function twoWayError(
  trueClass: Int32Array,
  models: readonly ModelPredictions[],
  images: ArrayLike<number>,
): number {
  const [m, n] = [models.length, images.length];
  if (m < 2 || n < 2) return Number.NaN;
  const ofModel = new Float64Array(m);
  const ofImage = new Float64Array(n);
  for (let model = 0; model < m; model++) {
    const { predictedClass } = models[model]!;
    for (let k = 0; k < n; k++) {
      const right = Number(predictedClass[images[k]!] === trueClass[images[k]!]);
      ofModel[model]! += right;
      ofImage[k]! += right;
    }
  }
  const right = sum(ofModel);
  const squares = (counts: Float64Array, size: number) =>
    counts.reduce((total, count) => total + count ** 2, 0) / size - right ** 2 / (m * n);
  const [betweenModels, betweenImages] = [squares(ofModel, n), squares(ofImage, m)];
  const rest = right - right ** 2 / (m * n) - betweenModels - betweenImages;
  const meanSquare = rest / ((m - 1) * (n - 1));
  const above = (square: number) => Math.max(0, square - meanSquare);
  const variance =
    above(betweenModels / (m - 1)) + above(betweenImages / (n - 1)) + Math.max(0, meanSquare);
  return Math.sqrt(variance / (m * n));
}
