import { createHash } from 'node:crypto';
import type { ScoreRow } from 'selective-brain-damage-statistics';
import { storeOf, toJson } from 'selective-brain-damage-statistics/internal';
import { imageIdentity } from '../datasets/openDataset';
import type { ShiftedSet } from '../datasets/shiftedSet';

/** A score in a file, with the hash of the record of its model's run. */
export interface StoredScore extends ScoreRow {
  readonly run: string;
}

/** The name of a set's file: it tells apart whatever decides the set's images, wherever they lie. */
export function scoreFileName({ corruption, severity, data }: ShiftedSet): string {
  const identity = JSON.stringify(imageIdentity(data));
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return `${corruption.replaceAll(/[^\w.-]/g, '_')}-${severity}-${key}.json`;
}

/** The scores in a file; none where there is no file. */
export async function readScores(file: string): Promise<StoredScore[]> {
  const json = await storeOf(file).read(file);
  const scores: StoredScore[] = json ? JSON.parse(json.toString()) : [];
  // JSON has no NaN.
  return scores.map((score) => ({ ...score, sparsity: score.sparsity ?? Number.NaN }));
}

/** Adds scores to a file; they replace those of the same models. */
export async function addScores(file: string, scores: readonly StoredScore[]): Promise<void> {
  const isNew = ({ variant, replicate }: ScoreRow) =>
    scores.some((score) => score.variant === variant && score.replicate === replicate);
  const kept = (await readScores(file)).filter((score) => !isNew(score));
  await storeOf(file).replace(file, toJson([...kept, ...scores]));
}
