import { closest } from 'fastest-levenshtein';
import { OptionError, PredictionsError } from '../errors';
import {
  checkOptions,
  FLAG,
  listOf,
  membersOf,
  type OptionRule,
  type OptionRules,
  requireAwaited,
  shown,
  TEXT,
} from '../options';
import type { Chunk, Column } from './chunk';
import { COLUMNS, type ColumnRequest, resolveColumns } from './columnNames';
import { readCsv } from './csv';
import { type FilePlace, placeOf } from './filePlace';
import { findFiles } from './findFiles';
import { Gatherer } from './gather';
import { TABLE_BOUNDS, type TableLimits, tableLimitRules } from './limits';
import { parquetReader } from './parquet';
import { readPopulation } from './population';
import type { ImageId, Predictions } from './predictions';

/** The prediction of one model for one image. It has `variant`, `sparsity` or both. */
export interface PredictionRow {
  /** The treatment of the network. Default `dense` for a sparsity of 0, `pruned 0.9` for 0.9. */
  readonly variant?: string;
  /** Share of the weights that are zero, 0–1; 0 is dense. */
  readonly sparsity?: number;
  /** Tells the models of a variant apart. Default 0. */
  readonly replicate?: number;
  /** The image: a whole number or a name. */
  readonly image_id: ImageId;
  /** A number from 0, or a name. */
  readonly true_class: number | string;
  /** A number from 0, or a name. */
  readonly predicted_class: number | string;
  /** The softmax maximum, 0–1. */
  readonly confidence?: number;
  /** The five most probable classes, best first. */
  readonly top5?: ArrayLike<number | string>;
  /** Values of groups, by the names in the option `groups`. */
  readonly [group: string]: unknown;
}

/** The same as columns; all have one length. */
export interface PredictionColumns {
  /** The image of each row: whole numbers or names. */
  readonly image_id: ArrayLike<ImageId>;
  /** Numbers from 0, or names. */
  readonly true_class: ArrayLike<number | string>;
  /** Numbers from 0, or names. */
  readonly predicted_class: ArrayLike<number | string>;
  /** The other columns of {@link PredictionRow}, and groups. */
  readonly [column: string]: ArrayLike<unknown>;
}

/** A source of predictions: paths, rows or columns. */
export type PredictionsSource =
  | string
  | readonly string[]
  | readonly PredictionRow[]
  | PredictionColumns;

/** Options of {@link readPredictions}. */
export interface ReadPredictionsOptions {
  /**
   * Index = class. Default: `class_names` in the folder's `population.json`, where the source is one folder
   * that has it; else, where classes are names, these sorted, numerals by value.
   */
  readonly classNames?: readonly string[];
  /** Further columns to keep, one value per image, the same in every row of that image. */
  readonly groups?: readonly string[];
  /** Other people's names of columns, by ours: `{ predicted_class: 'pred' }`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Variants of files without a column for them, by the files' names: `{ 'fp32.csv': 'dense' }`. */
  readonly variants?: Readonly<Record<string, string>>;
  /**
   * Of CSV and TSV files, as TextDecoder names it. Default `utf-8`, or UTF-16 where the file begins with
   * its byte order mark.
   */
  readonly encoding?: string;
  /**
   * Whether true classes are unknown: none are read, and the labels of the first model stand for them, so that
   * recall is agreement with it. Default false.
   */
  readonly unlabelled?: boolean;
  /** The most that a file may ask for. Default: as {@link TableLimits} has it. */
  readonly limits?: TableLimits;
}

const TEXTS_BY_NAME: OptionRule = {
  expected: 'an object whose values are strings',
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((item) => typeof item === 'string'),
};

const RULES: OptionRules<ReadPredictionsOptions> = {
  classNames: listOf(TEXT),
  groups: listOf(TEXT, 0),
  columns: TEXTS_BY_NAME,
  variants: TEXTS_BY_NAME,
  encoding: { expected: "an encoding such as 'latin1'", accepts: isEncoding },
  unlabelled: FLAG,
  limits: membersOf(tableLimitRules),
};

function isEncoding(value: unknown): boolean {
  try {
    return typeof value === 'string' && new TextDecoder(value) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Reads the predictions of models that any program wrote: one row per model and image, with the columns
 * `image_id` (whole number or name), `true_class` and `predicted_class` (numbers from 0, or names), and
 * `variant` (`dense`, `int8`) or `sparsity` (0–1, 0 = dense); where known `replicate` (tells the models
 * of a variant apart), `confidence` (0–1) and `top5` (a list of 5 classes, best first; in CSV a cell
 * such as `"[1, 2, 3, 4, 5]"`). Rows may come in any order, and a file may hold one model or many.
 * Columns that are not named here are passed over.
 *
 * - The path gives what the columns do not: hive parts (`variant=int8/replicate=3`), the option
 *   `variants`, else the file's name is the variant. A file without replicates whose variant comes from
 *   its name or from `variants` is one model.
 * - Sparsities within 0.001 of each other, as measured ones are, are one.
 * - Files are Parquet, CSV or TSV, each also gzipped. Of a folder all are read but hidden ones, whose
 *   names begin with a dot; a table in another format is an error.
 * - A cell is missing where it is empty, null, `NaN`, `nan` or `<NA>`; a variant, a sparsity or a replicate
 *   also where it is `NA`; a sparsity or a replicate where it is `N/A`, `None` or `null`. A row needs one of
 *   variant and sparsity.
 * - Numerals with leading zeros (`007`) are names. Truth values are the classes, or the values of a group,
 *   `False` and `True`.
 *
 * @param source a file; a glob; a folder with all below it, such as a population's; `s3://bucket/prefix`
 *   likewise; a list of these; or rows or columns in memory
 * @returns images sorted by id, models by sparsity (those without one last), then replicate
 * @throws PredictionsError naming the file, the row (from 1, a CSV's header not counted) and the
 *   column where a column is missing, a cell holds something else, a model lacks an image or has it
 *   twice, two models disagree on an image's true class or group, or a file asks for more than a limit
 * @throws OptionError for a value that an option does not take
 */
export async function readPredictions(
  source: PredictionsSource,
  options: ReadPredictionsOptions = {},
): Promise<Predictions> {
  requireAwaited('readPredictions', 'source', source);
  if (source === null || !['string', 'object'].includes(typeof source))
    throw new OptionError(
      `readPredictions: expected a path, a list of paths, rows or columns, found ${shown(source)}.`,
      { option: 'source', value: source },
    );
  const {
    classNames,
    groups = [],
    columns = {},
    variants = {},
    encoding,
    unlabelled = false,
    limits = {},
  } = checkOptions('readPredictions', options, RULES);
  const bounds = { ...TABLE_BOUNDS, ...limits };
  const request = {
    ...{ columns: knownColumns(columns, groups), groups, unlabelled },
    mostColumns: bounds.columns,
  };
  const paths = typeof source === 'string' ? [source] : source;
  if (!isPaths(paths)) {
    const gatherer = new Gatherer(classNames, groups, bounds.classes);
    gatherer.add(chunkOf(paths, request));
    return withTruth(gatherer.finish(IN_MEMORY), unlabelled);
  }
  const files = await findFiles(paths);
  const isFile = files.includes(paths[0]!);
  const population = paths.length > 1 || isFile ? undefined : await readPopulation(paths[0]!);
  const gatherer = new Gatherer(classNames ?? population?.class_names, groups, bounds.classes);
  const readParquet = parquetReader(bounds);
  for (const place of placesOf(files, variants)) {
    const add = (chunk: Chunk) => gatherer.add(chunk);
    const rows = await (place.format === 'parquet'
      ? readParquet(place, request, add)
      : readCsv(place, request, { encoding, ...bounds }, add));
    // A part of a partition may be empty, a model may not.
    if (rows === 0 && place.isModel) throw withoutRows(place);
  }
  return withTruth(gatherer.finish(paths.join(', ')), unlabelled);
}

/** Predictions whose true classes, where they are unknown, are the labels of the first model. */
function withTruth(predictions: Predictions, unlabelled: boolean): Predictions {
  const { predictedClass } = predictions.models[0]!;
  return unlabelled ? { ...predictions, trueClass: predictedClass } : predictions;
}

const IN_MEMORY = 'predictions in memory';

function isPaths(source: Exclude<PredictionsSource, string>): source is readonly string[] {
  return (
    Array.isArray(source) && source.length > 0 && source.every((item) => typeof item === 'string')
  );
}

/** @throws OptionError for a name that is not a column of predictions */
function knownColumns(
  columns: Readonly<Record<string, string>>,
  groups: readonly string[],
): Readonly<Record<string, string>> {
  const names = [...COLUMNS, ...groups];
  const unknown = Object.keys(columns).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new OptionError(
      `columns: predictions have no column ${unknown}. Did you mean ${closest(unknown, names)}? Ours ` +
        "comes first, as in { predicted_class: 'pred' }.",
      { option: 'columns', value: columns },
    );
  return columns;
}

/** @throws OptionError for a name in `variants` that matches no file */
function placesOf(
  files: readonly string[],
  variants: Readonly<Record<string, string>>,
): FilePlace[] {
  const places = files.map((file) => placeOf(file, variants));
  const unused = Object.keys(variants).find(
    (name) => !places.some(({ file }) => file === name || file.endsWith(`/${name}`)),
  );
  if (unused !== undefined)
    throw new OptionError(
      `variants: no file is named ${unused}; there are ${files.slice(0, 5).join(', ')}` +
        `${files.length > 5 ? ' and more' : ''}.`,
      { option: 'variants', value: variants },
    );
  return places;
}

function withoutRows({ file }: FilePlace): PredictionsError {
  return new PredictionsError(`${file}: there are no rows. Write it again, or leave it out.`, {
    file,
  });
}

function chunkOf(
  source: readonly PredictionRow[] | PredictionColumns,
  request: ColumnRequest,
): Chunk {
  const rows = Array.isArray(source) ? (source as readonly PredictionRow[]) : undefined;
  const found = rows ? namesOf(rows) : Object.keys(source);
  const { names, constants } = resolveColumns(IN_MEMORY, found, request, { constants: {} });
  const valuesOf = (theirs: string): Column =>
    rows ? rows.map((row) => row[theirs]) : (source as PredictionColumns)[theirs]!;
  const columns = new Map([...names].map(([name, theirs]) => [name, valuesOf(theirs)]));
  const { length } = columns.get('image_id') as ArrayLike<unknown>;
  for (const [name, column] of columns)
    if ((column as ArrayLike<unknown>).length !== length)
      throw new PredictionsError(
        `${IN_MEMORY}, column ${name}: ${(column as ArrayLike<unknown>).length} values, and image_id ` +
          `has ${length}. Expected columns of one length.`,
        { column: name },
      );
  return { source: IN_MEMORY, offset: 0, length, columns, constants, isModel: false };
}

/** The names of the properties of all objects. */
function namesOf(rows: readonly object[]): string[] {
  const found = new Set<string>();
  for (const row of rows) for (const name in row) found.add(name);
  return [...found];
}
