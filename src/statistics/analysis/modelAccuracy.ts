import { checkPredictions } from '../options';
import type { Predictions } from '../predictions/predictions';
import { defineTable, double, int, optional, type RowOf, string } from '../tables/schema';
import { shareCorrect } from './sums';

/** The table of {@link modelAccuracy}. */
export const modelAccuracyTable = defineTable({
  name: 'modelAccuracy',
  row: 'One model.',
  columns: {
    variant: string('What was done to the network, as `pruned 0.9`.'),
    sparsity: double('Share of the weights that are zero; NaN where there is none.', 'share 0–1'),
    replicate: int('Tells the models of a variant apart.'),
    top1: double('Images whose predicted class is the true one.', 'share 0–1'),
    top5: optional(
      double(
        'Images whose true class is among the five most probable, where all models list them.',
        'share 0–1',
      ),
    ),
  },
});

/** One model. */
export type ModelAccuracyRow = RowOf<typeof modelAccuracyTable>;

/**
 * How often each model is right.
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
