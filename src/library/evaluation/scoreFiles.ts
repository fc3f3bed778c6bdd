import { createHash } from 'node:crypto';
import { EvaluationError, type ScoreRow } from 'selective-brain-damage-statistics';
import {
  checkedJson,
  count,
  itemsOf,
  type JsonRule,
  objectOf,
  orNull,
  PROBABILITY,
  parseCheckedJson,
  parseJson,
  storeOf,
  TEXT,
} from 'selective-brain-damage-statistics/internal';
import { imageIdentity } from '../datasets/openDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';

/** A score in a file, with the hash of the record of its model's run. */
export interface StoredScore extends ScoreRow {
  readonly run: string;
}

/** The contents of a file of scores. */
interface StoredScores {
  readonly scores: readonly StoredScore[];
}

/** The name of a set's file: it tells apart whatever decides the set's images, wherever they lie. */
export function scoreFileName({ corruption, severity, data }: ShiftedSet): string {
  const identity = JSON.stringify(imageIdentity(data));
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return `${corruption.replaceAll(/[^\w.-]/g, '_')}-${severity}-${key}.json`;
}

const SCORES: JsonRule = itemsOf(
  objectOf({
    ...{ variant: TEXT, sparsity: orNull(PROBABILITY), replicate: count(0), run: TEXT },
    ...{
      corruption: TEXT,
      severity: count(0),
      n_images: count(0),
      top1: PROBABILITY,
      top5: orNull(PROBABILITY),
    },
  }),
);

/**
 * The scores in a file; none where there is no file.
 *
 * @throws EvaluationError where it is damaged
 */
export async function readScores(file: string): Promise<StoredScore[]> {
  const json = await storeOf(file).read(file);
  const wayOut = 'Delete it: the scores on this set are lost, and evalRobustness scores it anew.';
  if (!json) return [];
  const kind = { file, what: 'the scores', Failure: EvaluationError, wayOut };
  // Before there were checksums, a file was the list alone.
  const scores = json.toString('latin1', 0, 1).startsWith('[')
    ? parseJson<StoredScore[]>({ ...kind, rule: SCORES }, json)
    : parseCheckedJson<StoredScores>({ ...kind, rule: objectOf({ scores: SCORES }) }, json).scores;
  // JSON has no NaN.
  return scores.map((score) => ({ ...score, sparsity: score.sparsity ?? Number.NaN }));
}

/** Adds scores to a file; they replace those of the same models. */
export async function addScores(file: string, scores: readonly StoredScore[]): Promise<void> {
  const isNew = ({ variant, replicate }: ScoreRow) =>
    scores.some((score) => score.variant === variant && score.replicate === replicate);
  const kept = (await readScores(file)).filter((score) => !isNew(score));
  await storeOf(file).replace(file, checkedJson({ scores: [...kept, ...scores] }));
}
