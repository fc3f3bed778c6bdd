/** A kind of file, with what to do where it is damaged or missing. */
interface Kind {
  readonly file: RegExp;
  /** What a rerun makes again; `$1` is the first group of the expression. */
  readonly wayOut: string;
}

const KINDS: readonly Kind[] = [
  {
    file: /^(?:.*\/)?population\.json$/,
    wayOut:
      'Delete it; trainPopulation writes it again. No model and no prediction is lost, the names of classes are.',
  },
  {
    file: /^.*\.parquet$/,
    wayOut:
      'Delete it and run what wrote it again: trainPopulation has the model predict anew, without training.',
  },
  {
    file: /^.*checkpoint\.safetensors$/,
    wayOut: 'Delete it; the training of this model, run again, starts from its first step.',
  },
  {
    file: /^.*failure\.json$/,
    wayOut: 'Delete it; it says why a training failed, and nothing else is lost.',
  },
  {
    file: /^.*-[\da-f]{12}-\d+-of-\d+\.json$/,
    wayOut: 'Delete it; predict, run again, predicts the images of this part anew.',
  },
  {
    file: /^.*-[\da-f]{12}\.json$/,
    wayOut: 'Delete it; evalRobustness, run again, scores all models on this one set anew.',
  },
  {
    file: /^(.*)\/(?:run\.json|weights\.bin|model\.json|masks\.safetensors)$/,
    wayOut: 'Delete the folder $1; the training, run again, trains this one model anew.',
  },
  {
    file: /^(?:run\.json|weights\.bin|model\.json|masks\.safetensors)$/,
    wayOut: 'Delete all files of this folder; the training, run again, trains the model anew.',
  },
];

/** What to do about a file that is damaged or missing. */
export function wayOutOf(file: string): string {
  const kind = KINDS.find((each) => each.file.test(file))!;
  return kind.wayOut.replace('$1', kind.file.exec(file)![1] ?? '');
}

/**
 * What to do about a model that is not there.
 *
 * @param isBegun whether it has a checkpoint
 * @param failure why its training failed, where it did
 */
export function missingWayOut(isBegun: boolean, failure: string | undefined): string {
  const why = failure === undefined ? '' : `Its training failed: ${failure.split('\n')[0]} `;
  return isBegun
    ? `${why}Run the training again: it goes on from the checkpoint of this model.`
    : `${why}Run the training again: it trains this model.`;
}
