import type { DataFrame } from 'danfojs-node';
import type { Predictions } from '../predictions/predictions';
import { frameOf } from './frame';
import { shareCorrect } from './sums';

/** One model. */
export interface ModelAccuracyRow {
  readonly sparsity: number;
  readonly replicate: number;
  /** Share of the images whose predicted class is the true one, 0–1. */
  readonly top1: number;
  /** Share of the images whose true class is among the five most probable, where all models list them. */
  readonly top5?: number;
}

/** How often each model of a population is right. */
export function modelAccuracy(predictions: Predictions): DataFrame {
  return frameOf(modelAccuracyRows(predictions), {
    sparsity: 'float32',
    replicate: 'int32',
    top1: 'float32',
    ...(listsTop5(predictions) && { top5: 'float32' }),
  });
}

/** {@link modelAccuracy} as plain rows. */
export function modelAccuracyRows(predictions: Predictions): ModelAccuracyRow[] {
  const { trueClass, models } = predictions;
  const hasTop5 = listsTop5(predictions);
  return models.map(({ sparsity, replicate, predictedClass, top5 }) => ({
    sparsity,
    replicate,
    top1: shareCorrect(trueClass, predictedClass),
    ...(hasTop5 && { top5: shareCorrect(trueClass, top5!) }),
  }));
}

/** Whether every model lists its five most probable classes. */
export function listsTop5({ models }: Predictions): boolean {
  return models.every((model) => model.top5);
}
