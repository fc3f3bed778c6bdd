import { type Chunk, has, wrongValue } from './chunk';
import { replicates, sparsities, variants } from './columnValues';

/** The model that made a row, as far as the row tells it. */
export interface Identity {
  readonly variant: string | undefined;
  /** NaN where it is not given. */
  readonly sparsity: number;
  readonly replicate: number | undefined;
  /** The number of the row's file, where that file is a model of its own. */
  readonly source: number | undefined;
}

/** The identities of a chunk's rows, in runs of rows of one model. */
export interface Identities {
  at(row: number): Identity;
  /** The row after the last of those from `from` on that are of its model. */
  endOfRun(from: number): number;
}

/**
 * Reads which model each row of a chunk is of.
 *
 * @param source the number of the chunk's file, where that is a model of its own
 * @throws PredictionsError for a row with neither variant nor sparsity
 */
export function identitiesOf(chunk: Chunk, source: number | undefined): Identities {
  const variant = has(chunk, 'variant') ? variants(chunk) : undefined;
  const sparsity = has(chunk, 'sparsity') ? sparsities(chunk) : undefined;
  const replicate = has(chunk, 'replicate') ? replicates(chunk) : undefined;
  const columns = [variant, sparsity, replicate].filter((column) => column !== undefined);
  return {
    at(row) {
      const identity: Identity = {
        variant: variant?.[row],
        sparsity: sparsity?.[row] ?? Number.NaN,
        replicate: replicate?.[row],
        source: replicate ? undefined : source,
      };
      if (identity.variant === undefined && Number.isNaN(identity.sparsity))
        wrongValue(chunk, row, ...missing(variant !== undefined, sparsity !== undefined));
      return identity;
    },
    endOfRun(from) {
      let to = from + 1;
      while (to < chunk.length && columns.every((column) => Object.is(column[to], column[from])))
        to++;
      return to;
    },
  };
}

function missing(hasVariants: boolean, hasSparsities: boolean): [column: string, problem: string] {
  if (!hasVariants)
    return ['sparsity', 'expected the share of weights that are zero, 0–1, found nothing.'];
  const neither = hasSparsities ? ', and no sparsity beside it' : '';
  return ['variant', `expected a name, found nothing${neither}.`];
}
