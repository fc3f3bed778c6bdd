import { closest } from 'fastest-levenshtein';
import { PredictionsError } from '../errors';

/** The columns that predictions have, besides groups. */
export const COLUMNS = [
  'variant',
  'sparsity',
  'replicate',
  'image_id',
  'true_class',
  'predicted_class',
  'confidence',
  'top5',
] as const;

export type ColumnName = (typeof COLUMNS)[number];

/** What every row has, be it by its file's columns or by the file's place. */
const REQUIRED: readonly ColumnName[] = ['image_id', 'true_class', 'predicted_class'];

/** Which columns of a file are read. */
export interface ColumnRequest {
  /** Other people's names of columns, by ours. */
  readonly columns: Readonly<Partial<Record<string, string>>>;
  /** Names of further columns, one value per image. */
  readonly groups: readonly string[];
}

/** What a file's place says of all its rows: `variant=int8/replicate=3`. */
export type Constants = Readonly<Partial<Record<string, string>>>;

/** Where the rows of a source are, and what its place says of all of them. */
export interface ResolvedColumns {
  /** The source's names of the columns that are read, by ours; those that it lacks are left out. */
  readonly names: ReadonlyMap<string, string>;
  readonly constants: Constants;
}

/**
 * Finds the columns that are read among those of a source.
 *
 * @param found the source's columns
 * @param fileName the variant, where neither columns nor constants say anything of it
 * @throws PredictionsError for a column that is missing, or that `columns` names and the source lacks
 */
export function resolveColumns(
  source: string,
  found: readonly string[],
  { columns, groups }: ColumnRequest,
  constants: Constants,
  fileName?: string,
): ResolvedColumns {
  const names = new Map<string, string>();
  for (const name of [...COLUMNS, ...groups]) {
    const theirs = columns[name] ?? name;
    if (found.includes(theirs)) names.set(name, theirs);
    else if (columns[name] !== undefined) throw missing(source, found, name, theirs);
  }
  const isKnown = (name: string) => names.has(name) || constants[name] !== undefined;
  for (const name of [...REQUIRED, ...groups])
    if (!isKnown(name)) throw missing(source, found, name);
  if (isKnown('variant') || isKnown('sparsity')) return { names, constants };
  if (fileName === undefined) throw missing(source, found, 'variant');
  return { names, constants: { ...constants, variant: fileName } };
}

function missing(
  source: string,
  found: readonly string[],
  name: string,
  theirs = name,
): PredictionsError {
  const nearest = found.length > 0 ? closest(theirs, [...found]) : 'their_name';
  const or = name === 'variant' ? ' and none sparsity' : '';
  return new PredictionsError(
    `${source}: there is no column ${theirs}${or}. Found ${found.join(', ') || 'no columns'}; expected ` +
      'image_id, true_class, predicted_class, and variant or sparsity. Where yours has another name, ' +
      `say so: { columns: { ${name}: '${nearest}' } }.`,
    { file: source, column: name },
  );
}
