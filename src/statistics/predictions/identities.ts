import { show } from './cells';
import { type Chunk, has, singleColumn, wrongValue } from './chunk';
import { replicates, SHARE_OF_ZEROS, sparsities, variants } from './columnValues';

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
      if (identity.variant === undefined && Number.isNaN(identity.sparsity)) missing(chunk, row);
      return identity;
    },
    endOfRun: (from) => columns.reduce((to, column) => endOfRun(column, from, to), chunk.length),
  };
}

/** The first place after `from` where a column has another value, at most `end`. */
function endOfRun(column: ArrayLike<unknown>, from: number, end: number): number {
  const value = column[from];
  let to = from + 1;
  if (Number.isNaN(value)) while (to < end && Number.isNaN(column[to])) to++;
  else while (to < end && column[to] === value) to++;
  return to;
}

/** The error that a row has neither variant nor sparsity. */
function missing(chunk: Chunk, row: number): never {
  const found = (name: string) => show(singleColumn(chunk, name)[row]);
  if (!has(chunk, 'variant'))
    wrongValue(chunk, row, 'sparsity', `expected ${SHARE_OF_ZEROS}, found ${found('sparsity')}.`);
  const beside = has(chunk, 'sparsity') ? `, and ${found('sparsity')} as sparsity` : '';
  return wrongValue(chunk, row, 'variant', `expected a name, found ${found('variant')}${beside}.`);
}
