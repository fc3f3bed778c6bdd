import { EvaluationError, type ScoreRow } from 'selective-brain-damage-statistics';
import type { ShiftedSet } from '../datasets/shiftedSet';
import { stoppedMessage } from '../workers/stoppedMessage';
import type { EvaluationTally } from './evaluationTally';
import { checkFits, nameOfSet } from './imageSets';
import { type PlacedModel, scoreSet } from './scoreSet';

/** Scores of models in memory on every set, in this process. */
export async function scoreInMemory(
  models: readonly PlacedModel[],
  sets: readonly ShiftedSet[],
  batchSize: number | undefined,
  tally: EvaluationTally,
  signal: AbortSignal,
): Promise<ScoreRow[]> {
  for (const { model } of models) checkFits(model, sets);
  for (const { data } of sets) tally.expect(data, models.length);
  const scores: ScoreRow[] = [];
  for (const set of sets) {
    const options = {
      ...(batchSize !== undefined && { batchSize }),
      signal,
      onImages: (n: number) => tally.add(n * models.length),
    };
    const ofSet = await scoreSet(models, set, options).catch((cause) => {
      if (signal.aborted)
        throw new EvaluationError(stoppedMessage('The evaluation'), { cause: signal.reason });
      throw new EvaluationError(`${nameOfSet(set)}: ${cause.message}`, { cause });
    });
    scores.push(...ofSet);
    tally.endSet();
  }
  return scores;
}
