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

/** Longer names of columns are not compared with ours. */
const LONGEST_NAME = 256;

/** Every row needs these, from its file's columns or from the file's place. */
const REQUIRED: readonly ColumnName[] = ['image_id', 'true_class', 'predicted_class'];

/** Which columns of a file are read. */
export interface ColumnRequest {
  /** Other people's names of columns, by ours. */
  readonly columns: Readonly<Partial<Record<string, string>>>;
  /** Names of further columns, one value per image. */
  readonly groups: readonly string[];
  /** Whether true classes may be unknown. */
  readonly unlabelled?: boolean;
  /** The most columns that a source may have. */
  readonly mostColumns: number;
}

/** Values that a file's place gives all its rows: `variant=int8/replicate=3`; '' for a missing one. */
export type Constants = Readonly<Partial<Record<string, string>>>;

/** The columns of a source that are read, and the values that its place gives all its rows. */
export interface ResolvedColumns {
  /** The source's names of the columns that are read, by ours; those that it lacks are left out. */
  readonly names: ReadonlyMap<string, string>;
  readonly constants: Constants;
}

/** The place of a source: what it says besides the source's columns. */
export interface SourcePlace {
  /** By other people's names, as the path has them. */
  readonly constants: Constants;
  /** The variant that the option `variants` gives the source. */
  readonly variant?: string;
  /** The variant, where nothing else says it: the file's name. */
  readonly name?: string;
}

/**
 * Finds the columns that are read among those of a source.
 *
 * @param found the source's columns
 * @throws PredictionsError for a column that is missing or comes twice, or that `columns` names and the
 *   source lacks
 */
export function resolveColumns(
  source: string,
  found: readonly string[],
  { columns, groups, unlabelled = false, mostColumns }: ColumnRequest,
  place: SourcePlace,
): ResolvedColumns {
  if (found.length > mostColumns) throw tooMany(source, found.length, mostColumns);
  const names = new Map<string, string>();
  const constants: Record<string, string> = {};
  const known = [...found, ...Object.keys(place.constants)];
  const wanted = unlabelled ? COLUMNS.filter((name) => name !== 'true_class') : COLUMNS;
  for (const name of [...wanted, ...groups]) {
    const theirs = columns[name] ?? name;
    const constant = place.constants[theirs];
    if (found.includes(theirs)) names.set(name, theirs);
    else if (constant !== undefined) constants[name] = constant;
    else if (columns[name] !== undefined) throw missing(source, known, name, theirs);
    if (found.indexOf(theirs) !== found.lastIndexOf(theirs)) throw repeated(source, theirs);
  }
  if (place.variant !== undefined) {
    if (names.has('variant')) throw contradictory(source, names.get('variant')!, place.variant);
    constants.variant = place.variant;
  }
  const isKnown = (name: string) => names.has(name) || constants[name] !== undefined;
  for (const name of [...REQUIRED, ...groups])
    if (!isKnown(name) && !(unlabelled && name === 'true_class'))
      throw missing(source, known, name);
  if (isKnown('variant') || isKnown('sparsity')) return { names, constants };
  if (place.name === undefined) throw missing(source, known, 'variant');
  return { names, constants: { ...constants, variant: place.name } };
}

function missing(
  source: string,
  found: readonly string[],
  name: string,
  theirs = name,
): PredictionsError {
  const lower = new Map(found.map((column) => [column.toLowerCase(), column]));
  const names = [...lower.keys()].filter((column) => column.length < LONGEST_NAME);
  const nearest = lower.get(closest(theirs.toLowerCase(), names)) ?? 'their_name';
  const or = name === 'variant' ? ' or sparsity' : '';
  return new PredictionsError(
    `${source}: there is no column ${theirs}${or}. Found ${listed(found) || 'no columns'}; expected ` +
      'image_id, true_class, predicted_class, and variant or sparsity. Where yours has another name, ' +
      `say so: { columns: { ${name}: '${nearest}' } }.`,
    { file: source, column: name },
  );
}

/** Names for a message, which hostile files would make long. */
function listed(names: readonly string[]): string {
  const some = names
    .slice(0, 20)
    .map((name) => (name.length > 60 ? `${name.slice(0, 59)}…` : name));
  return [...some, ...(names.length > 20 ? [`and ${names.length - 20} more`] : [])].join(', ');
}

function tooMany(source: string, found: number, most: number): PredictionsError {
  return new PredictionsError(
    `${source}: there are ${found} columns, more than the limit of ${most}. Where that is right, give a larger ` +
      'one: { limits: { columns: … } }.',
    { file: source, option: 'limits.columns', value: most },
  );
}

function repeated(source: string, column: string): PredictionsError {
  return new PredictionsError(
    `${source}: there are several columns named ${column}. Rename all but the one to be read.`,
    { file: source, column },
  );
}

function contradictory(source: string, column: string, variant: string): PredictionsError {
  return new PredictionsError(
    `${source}: the option variants calls it ${variant}, and its column ${column} says a variant row ` +
      'by row. Leave the file out of variants.',
    { file: source, column },
  );
}
