import type { ScoreRow } from 'selective-brain-damage-statistics';
import { shareCorrect, type VariantOf } from 'selective-brain-damage-statistics/internal';
import type { ShiftedSet } from '../datasets/shiftedSet';
import type { Network } from '../models/network';
import { type PredictAllOptions, predictAll } from './predictAll';

/** A network in its place among the models. */
export interface PlacedModel extends VariantOf {
  readonly replicate: number;
  readonly model: Network;
}

/** The scores of models on one set of images, in the models' order. */
export async function scoreSet(
  models: readonly PlacedModel[],
  { corruption, severity, data }: ShiftedSet,
  options: PredictAllOptions = {},
): Promise<ScoreRow[]> {
  const networks = models.map(({ model }) => model);
  const predicted = await predictAll(networks, data, options);
  return predicted.map(({ trueClass, predictedClass, top5 }, i) => {
    const { variant, sparsity, replicate } = models[i]!;
    return {
      ...{ variant, sparsity, replicate, corruption, severity, n_images: trueClass.length },
      top1: shareCorrect(trueClass, predictedClass),
      top5: shareCorrect(trueClass, top5),
    };
  });
}
