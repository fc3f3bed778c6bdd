import {
  type ImageId,
  OptionError,
  type Predictions,
  PredictionsError,
} from 'selective-brain-damage-statistics';
import {
  bySparsity,
  count,
  numberIn,
  requireAwaited,
  shown,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import type { PredictedImages } from './predictAll';
import { withReplicates } from './replicates';

/** A network's predictions, with its place among the others. */
export interface ModelPredictedImages extends PredictedImages {
  /** Tells the models of a variant apart. Default: their order, from 0. */
  readonly replicate?: number;
}

/**
 * Makes one table of what several calls of `predict` give, for the statistics and `writePredictions`:
 *
 *     combinePredictions([await predict(dense, test), { ...(await predict(small, test)), variant: 'int8' }])
 *
 * @param predicted one for each model, about the same images in any order; `variant`, `sparsity` and
 *   `replicate` say which model it is
 * @returns the images in the order of the first model's, the models by sparsity, then replicate
 * @throws OptionError where a result is not one of `predict`, or two models have one place
 * @throws PredictionsError where the models predicted other images, or images of another class
 */
export function combinePredictions(predicted: readonly ModelPredictedImages[]): Predictions {
  checkPredicted(predicted);
  const numbered = withReplicates('predicted', predicted);
  const [first] = numbered;
  const { imageIds, trueClass, classNames } = first!;
  const positions = new Map(imageIds.map((id, i) => [id, i]));
  const models = numbered.map((model) => {
    const order = orderOf(model, first!, positions);
    const k = model.top5.length / imageIds.length;
    return {
      ...{ variant: model.variant, sparsity: model.sparsity, replicate: model.replicate },
      predictedClass: trueClass.map((_, i) => model.predictedClass[order[i]!]!),
      confidence: Float32Array.from(order, (from) => model.confidence[from]!),
      top5: model.top5.map((_, i) => model.top5[order[Math.floor(i / k)]! * k + (i % k)]!),
    };
  });
  return {
    ...{ imageIds, trueClass, classNames },
    models: models.sort((a, b) => bySparsity(a, b) || a.replicate - b.replicate),
  };
}

/** For each of the first model's images, its position among this model's. */
function orderOf(
  model: PredictedImages,
  first: PredictedImages,
  positions: ReadonlyMap<ImageId, number>,
): Int32Array {
  const order = new Int32Array(first.imageIds.length).fill(-1);
  const wayOut = 'Run predict on the same data set for all models.';
  for (const [i, id] of model.imageIds.entries()) {
    const position = positions.get(id);
    if (position === undefined)
      throw new PredictionsError(
        `${model.variant}: image ${id} is not among those of ${first.variant}. ${wayOut}`,
        { column: 'image_id', value: id },
      );
    if (model.trueClass[i] !== first.trueClass[position])
      throw new PredictionsError(
        `${model.variant}: image ${id} has class ${model.trueClass[i]}, in ${first.variant} it has ` +
          `${first.trueClass[position]}. ${wayOut}`,
        { column: 'true_class', value: model.trueClass[i] },
      );
    order[position] = i;
  }
  const missing = order.indexOf(-1);
  if (missing >= 0)
    throw new PredictionsError(
      `${model.variant}: image ${first.imageIds[missing]} of ${first.variant} is missing. ${wayOut}`,
      { column: 'image_id', value: first.imageIds[missing] },
    );
  return order;
}

const SPARSITY_OR_NONE = numberIn(0, 1, 'a share of zeros, 0–1, or NaN');

function checkPredicted(predicted: readonly ModelPredictedImages[]): void {
  const cell = 'combinePredictions';
  requireAwaited(cell, 'predicted', predicted);
  if (!Array.isArray(predicted) || predicted.length === 0)
    throw new OptionError(
      `${cell}: expected a list of what predict gives, one for each model, found ${shown(predicted)}.`,
      { option: 'predicted', value: predicted },
    );
  for (const [i, model] of predicted.entries()) {
    const option = `predicted[${i}]`;
    requireAwaited(cell, option, model);
    const fail = (expected: string, value: unknown = model) => {
      throw new OptionError(`${cell}: ${option}: expected ${expected}, found ${shown(value)}.`, {
        option,
        value,
      });
    };
    if (!(model?.predictedClass instanceof Int32Array)) fail('what predict gives');
    if (!TEXT.accepts(model.variant))
      fail('a variant, as in { ...predicted, variant }', model.variant);
    if (!Number.isNaN(model.sparsity) && !SPARSITY_OR_NONE.accepts(model.sparsity))
      fail(`a sparsity: ${SPARSITY_OR_NONE.expected}`, model.sparsity);
    if (model.replicate !== undefined && !count(0).accepts(model.replicate))
      fail(`a replicate: ${count(0).expected}`, model.replicate);
  }
}
