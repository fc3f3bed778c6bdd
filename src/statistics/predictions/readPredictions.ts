import { extname } from 'node:path';
import { PredictionsError } from '../errors';
import { readCsv } from './csv';
import { findFiles } from './findFiles';
import { Gatherer } from './gather';
import { parquetReader } from './parquet';
import { readPopulation } from './population';
import type { ImageId, Predictions } from './predictions';
import { COLUMNS, requireColumns, type Table } from './table';

/** What one model says about one image. */
export interface PredictionRow {
  /** Share of the prunable weights that are zero, 0–1; 0 is dense. */
  readonly sparsity: number;
  /** Number of the model within its sparsity level. */
  readonly replicate: number;
  readonly image_id: ImageId;
  /** 0-based. */
  readonly true_class: number;
  /** 0-based. */
  readonly predicted_class: number;
  /** The softmax maximum, 0–1. */
  readonly confidence?: number;
  /** The five most probable classes, best first. */
  readonly top5?: ArrayLike<number>;
}

/** The same, a column at a time; all columns are of one length. */
export type PredictionColumns = {
  readonly [Name in keyof PredictionRow]: ArrayLike<NonNullable<PredictionRow[Name]>>;
};

/** Where predictions come from. */
export type PredictionsSource =
  | string
  | readonly string[]
  | readonly PredictionRow[]
  | PredictionColumns;

export interface ReadPredictionsOptions {
  /**
   * Index = class. Default: what `class_names` in the folder's `population.json` says, where the
   * source is one folder that has it.
   */
  readonly classNames?: readonly string[];
}

/**
 * Reads what a population of models predicted, whoever trained it: one row per model and image,
 * with the columns `sparsity` (0–1, 0 = dense), `replicate`, `image_id` (whole number or name),
 * `true_class` and `predicted_class` (0-based), and where known `confidence` (0–1) and `top5` (a
 * list of 5 classes, best first; in CSV a cell such as `"[1, 2, 3, 4, 5]"`). Rows may come in any
 * order, and a file may hold one model or many. Other columns are passed over.
 *
 * @param source a Parquet or CSV file; a glob; a folder with all below it, such as a population's;
 *   a list of these; or rows or columns in memory
 * @returns images sorted by id, models by sparsity and replicate
 * @throws PredictionsError naming the file, the row (from 1, a CSV's header not counted) and the
 *   column where a column is missing, a class is negative or no whole number, a model lacks an
 *   image or has it twice, or two models disagree on an image's true class
 */
export async function readPredictions(
  source: PredictionsSource,
  options: ReadPredictionsOptions = {},
): Promise<Predictions> {
  const gatherer = new Gatherer();
  const paths = typeof source === 'string' ? [source] : source;
  if (!isPaths(paths)) {
    gatherer.add(tableOf(paths));
    return gatherer.finish(IN_MEMORY, options.classNames);
  }
  const readParquet = parquetReader();
  const files = await findFiles(paths);
  for (const file of files) {
    const read = { '.parquet': readParquet, '.csv': readCsv }[extname(file).toLowerCase()];
    if (!read)
      throw new PredictionsError(`${file}: expected a name that ends in .parquet or .csv.`);
    await read(file, (table) => gatherer.add(table));
  }
  const isFile = files.includes(paths[0]!);
  const population = paths.length > 1 || isFile ? undefined : await readPopulation(paths[0]!);
  return gatherer.finish(paths.join(', '), options.classNames ?? population?.class_names);
}

const IN_MEMORY = 'predictions in memory';

function isPaths(source: Exclude<PredictionsSource, string>): source is readonly string[] {
  return (
    Array.isArray(source) && source.length > 0 && source.every((item) => typeof item === 'string')
  );
}

function tableOf(source: readonly PredictionRow[] | PredictionColumns): Table {
  const rows = Array.isArray(source) ? (source as readonly PredictionRow[]) : undefined;
  const names = Object.keys(rows ? (rows[0] ?? {}) : source);
  requireColumns(IN_MEMORY, names);
  const present = COLUMNS.filter((name) => names.includes(name));
  const columns: Partial<PredictionColumns> = rows
    ? Object.fromEntries(present.map((name) => [name, rows.map((row) => row[name])]))
    : (source as PredictionColumns);
  const length = columns.image_id!.length;
  for (const name of present)
    if (columns[name]!.length !== length)
      throw new PredictionsError(
        `${IN_MEMORY}, column ${name}: ${columns[name]!.length} values, and image_id has ` +
          `${length}. Expected columns of one length.`,
      );
  return { source: IN_MEMORY, offset: 0, length, columns };
}
