import { PredictionsError } from '../errors';
import type { Constants } from './columnNames';

/** Lists back to back: list i is `values[offsets[i]]` up to, not including, `values[offsets[i + 1]]`. */
export interface Lists {
  readonly values: ArrayLike<unknown>;
  readonly offsets: ArrayLike<number>;
}

/** A column's values, or its lists. */
export type Column = ArrayLike<unknown> | Lists;

/**
 * Some rows of predictions as they came from a file or from memory: nothing is checked yet. Whoever
 * is handed a chunk copies what it keeps, as the columns may be gone afterwards.
 */
export interface Chunk {
  /** Where the rows come from, for messages: a file's path. */
  readonly source: string;
  /** How many rows of the source come before this chunk's first. */
  readonly offset: number;
  readonly length: number;
  /** By our names. */
  readonly columns: ReadonlyMap<string, Column>;
  /** The values that the source's place gives all its rows. */
  readonly constants: Constants;
  /** Whether a source without replicates is a model of its own. */
  readonly isModel: boolean;
}

/** Whether rows have a value of this name. */
export function has(chunk: Chunk, name: string): boolean {
  return chunk.columns.has(name) || chunk.constants[name] !== undefined;
}

/** A column of the chunk; the constant of that name for every row where there is none. */
export function columnOf(chunk: Chunk, name: string): Column {
  return chunk.columns.get(name) ?? Array<string>(chunk.length).fill(chunk.constants[name]!);
}

/** A column of single values. */
export function singleColumn(chunk: Chunk, name: string): ArrayLike<unknown> {
  const column = columnOf(chunk, name);
  if ('offsets' in column) wrongValue(chunk, 0, name, 'expected a single value, found a list.');
  return column;
}

/** The error that a value is wrong; rows count from 1, a CSV's header not counted. */
export function wrongValue(
  { source, offset }: Pick<Chunk, 'source' | 'offset'>,
  row: number,
  column: string,
  problem: string,
): never {
  const place = { file: source, row: offset + row + 1, column };
  throw new PredictionsError(`${source}, row ${place.row}, column ${column}: ${problem}`, place);
}

/** An array's bytes, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
