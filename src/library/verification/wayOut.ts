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

/**
 * What to do about a file that is damaged or missing, or about a model that is not there.
 *
 * @param isBegun whether the model has a checkpoint
 */
export function wayOutOf(file: string, isBegun = false): string {
  const kind = KINDS.find((each) => each.file.test(file));
  if (kind) return kind.wayOut.replace('$1', kind.file.exec(file)![1] ?? '');
  return isBegun
    ? 'Run the training again: it goes on from the checkpoint of this model.'
    : 'Run the training again: it trains this model.';
}
