import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PredictionsError } from '../errors';
import { isInBucket, storeOf } from '../store/store';
import type { SourcePlace } from './columnNames';

/** A file's path, and the information on its contents in it. */
export interface FilePlace extends SourcePlace {
  readonly file: string;
  readonly format: 'parquet' | 'csv' | 'tsv';
  readonly gzip: boolean;
  readonly name: string;
  /** Whether the file is a model of its own, where its rows tell no replicate. */
  readonly isModel: boolean;
}

const FORMAT = /\.(parquet|parq|pq|csv|tsv)(\.gz)?$/i;
const OTHER_TABLE =
  /\.(parquet|parq|pq|csv|tsv)\.(bz2|xz|zst|zip|lz4|br)$|\.(feather|arrow|orc|xlsx?)$/i;
/** Hive's name of a partition whose value is missing. */
const MISSING_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** How names of files that can be read end, for messages. */
export const FORMATS = '.parquet, .csv or .tsv, or one of these and .gz';

/**
 * Whether a file is one of predictions by its name.
 *
 * @throws PredictionsError for a table in a format that is not read
 */
export function isPredictionsFile(file: string): boolean {
  if (OTHER_TABLE.test(file))
    throw new PredictionsError(
      `${file}: tables of this format are not read. Write it as one that ends in ${FORMATS}, or take it ` +
        'out of the folder.',
      { file },
    );
  return FORMAT.test(file);
}

/**
 * Reads a path: the format by its ending, constants by its hive parts
 * (`variant=int8/replicate=3`), the variant by `variants`, else by the file's own name.
 *
 * @param variants variants by the names of files, or the ends of their paths
 * @throws PredictionsError for an ending that stands for no format
 */
export function placeOf(file: string, variants: Readonly<Record<string, string>>): FilePlace {
  const [, format, gzip] = FORMAT.exec(file) ?? [];
  if (format === undefined)
    throw new PredictionsError(`${file}: expected a name that ends in ${FORMATS}.`, { file });
  const path = file.replaceAll('\\', '/');
  const constants = hiveParts(path);
  const given = Object.keys(variants).find((name) => path === name || path.endsWith(`/${name}`));
  return {
    file,
    format: formatOf(format.toLowerCase()),
    gzip: gzip !== undefined,
    constants,
    ...(given !== undefined && { variant: variants[given]! }),
    name: basename(path).replace(FORMAT, ''),
    isModel: given !== undefined || !('variant' in constants || 'sparsity' in constants),
  };
}

/**
 * The bytes of a file that was found.
 *
 * @throws PredictionsError where it has gone
 */
export async function bytesAt(file: string): Promise<Buffer> {
  if (!isInBucket(file)) return readFileSync(file);
  const bytes = await storeOf(file).read(file);
  if (!bytes) throw new PredictionsError(`${file}: there is no such file any more.`, { file });
  return bytes;
}

/** The error that a file cannot be unpacked. */
export function notGzip(file: string, cause: unknown): PredictionsError {
  return new PredictionsError(
    `${file}: cannot be unpacked as gzip (${cause instanceof Error ? cause.message : cause}). Was its ` +
      'writing interrupted? Then write it again; was it unpacked already, take .gz out of its name.',
    { file, cause },
  );
}

function formatOf(ending: string): FilePlace['format'] {
  return ending === 'csv' || ending === 'tsv' ? ending : 'parquet';
}

/** `key=value` of folders and of the file's name. */
function hiveParts(path: string): Record<string, string> {
  const parts = path.replace(FORMAT, '').split('/');
  return Object.fromEntries(
    parts.flatMap((part) => {
      const [, key, value] = /^([^=]+)=(.*)$/.exec(part) ?? [];
      if (key === undefined) return [];
      return [[decoded(key), value === MISSING_PARTITION ? '' : decoded(value!)]];
    }),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
