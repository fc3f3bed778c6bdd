import { checkPredictions } from '../options';
import type { Predictions } from '../predictions/predictions';
import { modelColumns, UNIT } from '../tables/columns';
import { defineTable, double, optional, type RowOf } from '../tables/schema';
import { shareCorrect } from './sums';

/** The table of {@link modelAccuracy}. */
export const modelAccuracyTable = defineTable({
  name: 'modelAccuracy',
  row: 'One model.',
  columns: {
    ...modelColumns,
    top1: double('Images whose predicted class is the true one.', UNIT.share),
    top5: optional(
      double(
        'Images whose true class is among the five most probable, where all models list them.',
        UNIT.share,
      ),
    ),
  },
});

/** Accuracy of one model. */
export type ModelAccuracyRow = RowOf<typeof modelAccuracyTable>;

/**
 * The accuracy of each model.
 *
 * @returns a {@link ModelAccuracyRow} per model, in their order
 */
export function modelAccuracy(predictions: Predictions): ModelAccuracyRow[] {
  checkPredictions('modelAccuracy', predictions);
  const { trueClass, models } = predictions;
  const hasTop5 = listsTop5(predictions);
  return models.map(({ variant, sparsity, replicate, predictedClass, top5 }) => ({
    ...{ variant, sparsity, replicate },
    top1: shareCorrect(trueClass, predictedClass),
    ...(hasTop5 && { top5: shareCorrect(trueClass, top5!) }),
  }));
}

/** Whether every model lists its five most probable classes. */
export function listsTop5({ models }: Predictions): boolean {
  return models.every((model) => model.top5);
}
