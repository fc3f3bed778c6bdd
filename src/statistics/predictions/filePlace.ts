import { basename } from 'node:path';
import { PredictionsError } from '../errors';
import type { Constants } from './columnNames';

/** What a file's path says of what is in it. */
export interface FilePlace {
  readonly file: string;
  readonly format: 'parquet' | 'csv' | 'tsv';
  readonly gzip: boolean;
  readonly constants: Constants;
  /** The file's own name, which says its variant where nothing else does. */
  readonly name: string;
  /** Whether the file is a model of its own, where its rows tell no replicate. */
  readonly isModel: boolean;
}

const FORMAT = /\.(parquet|csv|tsv)(\.gz)?$/i;

/** How names of files that can be read end, for messages. */
export const FORMATS = '.parquet, .csv or .tsv, or one of these and .gz';

/** Whether a file is one of predictions by its name. */
export function isPredictionsFile(name: string): boolean {
  return FORMAT.test(name);
}

/**
 * What a path says: the format by its ending, constants by its hive parts
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
  const hive = hiveParts(path);
  const given = Object.keys(variants).find((name) => path === name || path.endsWith(`/${name}`));
  const name = basename(path).replace(FORMAT, '');
  const isModel = given !== undefined || !('variant' in hive || 'sparsity' in hive);
  return {
    file,
    format: format.toLowerCase() as FilePlace['format'],
    gzip: gzip !== undefined,
    constants: {
      ...hive,
      ...(given !== undefined && { variant: variants[given]! }),
    },
    name,
    isModel,
  };
}

/** `key=value` of folders and of the file's name. */
function hiveParts(path: string): Record<string, string> {
  const parts = path.replace(FORMAT, '').split('/');
  return Object.fromEntries(
    parts.flatMap((part) => {
      const [, key, value] = /^(\w+)=(.+)$/.exec(part) ?? [];
      return key === undefined ? [] : [[key, decoded(value!)]];
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
