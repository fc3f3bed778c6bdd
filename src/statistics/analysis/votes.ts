import type { ModelPredictions, Predictions } from '../predictions/predictions';
import { largest } from './sums';

/** Which of several classes with the most votes is the modal label; `exclude`: none is. */
export type Ties = 'largest' | 'smallest' | 'exclude';

/** All values of {@link Ties}. */
export const TIES: readonly Ties[] = ['largest', 'smallest', 'exclude'];
/** The modal label of an image that a tie excludes. */
export const NO_MODE = -1;

/** The modal label of each image in a group of models. */
export interface Votes {
  /** The class with the most votes, [images]; {@link NO_MODE} for a tie that excludes the image. */
  readonly mode: Int32Array;
  /** How many models give it, [images]. */
  readonly votes: Int32Array;
}

/** Counts the votes of groups of a population's models. */
export function voteCounter(
  { trueClass, models }: Predictions,
  ties: Ties,
): (group: readonly ModelPredictions[]) => Votes {
  const classes = Math.max(...models.map((model) => largest(model.predictedClass))) + 1;
  return (group) => count(group, trueClass, classes, ties);
}

/** @param guess the modal label of most images; it saves counting and does not change the result */
function count(
  models: readonly ModelPredictions[],
  guess: Int32Array,
  classes: number,
  ties: Ties,
): Votes {
  const mode = Int32Array.from(guess);
  const votes = new Int32Array(guess.length);
  for (const { predictedClass } of models)
    for (let image = 0; image < votes.length; image++)
      votes[image]! += Number(predictedClass[image] === guess[image]);

  const predicted = models.map((model) => model.predictedClass);
  const counts = new Int32Array(classes);
  for (let image = 0; image < votes.length; image++) {
    if (votes[image]! * 2 > predicted.length) continue;
    let most = 0;
    let best = NO_MODE;
    let tied = false;
    for (const labels of predicted) {
      const label = labels[image]!;
      const n = ++counts[label]!;
      // Once the largest count is reached only its equals follow, so that `best` is one of them.
      if (n > most) {
        most = n;
        best = label;
        tied = false;
      } else if (n === most) {
        tied = true;
        if (ties === 'smallest' ? label < best : label > best) best = label;
      }
    }
    for (const labels of predicted) counts[labels[image]!] = 0;
    mode[image] = tied && ties === 'exclude' ? NO_MODE : best;
    votes[image] = most;
  }
  return { mode, votes };
}
