import { count, type OptionRules } from '../options';

/** The most that a table may ask for; more is an error that names this option. */
export interface TableLimits {
  /** Number of classes: numbers of classes are below it. Default 1,000,000. */
  readonly classes?: number;
  /** Columns of a file. Default 10,000. */
  readonly columns?: number;
  /** Bytes that a gzip file unpacks to. Default 100 times its own, at least 64 MiB. */
  readonly unpackedBytes?: number;
}

/** {@link TableLimits}, complete but for the bytes, which each file's own size decides. */
export type TableBounds = Required<Omit<TableLimits, 'unpackedBytes'>> & TableLimits;

/** The limits where nothing is said. */
export const TABLE_BOUNDS: TableBounds = { classes: 1_000_000, columns: 10_000 };

/** The rules of {@link TableLimits}. */
export const tableLimitRules: OptionRules<TableLimits> = {
  classes: count(),
  columns: count(),
  unpackedBytes: count(),
};
