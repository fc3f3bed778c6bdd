import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { PredictionsError } from '../errors';
import { isInBucket, storeOf } from '../store/store';
import { FORMATS, isPredictionsFile } from './filePlace';

/**
 * The files that paths, globs and folders (with all below them) stand for, in a stable order. Hidden
 * files and folders, whose names begin with a dot, are left out of folders.
 */
export async function findFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(filesOf));
  return [...new Set(found.flat())];
}

async function filesOf(path: string): Promise<string[]> {
  if (isInBucket(path)) return filesInBucket(path);
  const entry = await stat(path).catch(() => undefined);
  if (entry && !entry.isDirectory()) return [path];
  let files: string[];
  if (entry) files = await filesBelow(path);
  else if (isDynamicPattern(path))
    files = await glob(path.replaceAll('\\', '/'), { expandDirectories: false });
  else throw new PredictionsError(`${path}: there is no such file or folder.`, { file: path });
  if (files.length === 0) throw noneFound(path);
  return files.sort();
}

async function filesInBucket(place: string): Promise<string[]> {
  const found = (await storeOf(place).list(place)).map((file) => file.place);
  const files = found
    .filter((file) => !isHidden(file.slice(place.length), '/'))
    .filter(isPredictionsFile);
  if (files.length === 0) throw noneFound(place);
  return files.sort();
}

/** Whether a path or a folder in it is hidden. */
function isHidden(path: string, separator: string): boolean {
  return path.split(separator).some((part) => part.startsWith('.'));
}

function noneFound(path: string): PredictionsError {
  return new PredictionsError(
    `${path}: no file found. Expected files whose names end in ${FORMATS}, as a population's ` +
      'sparsity=0.9/replicate=07.parquet.',
    { file: path },
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const named = entries
    .filter((entry) => !isHidden(entry, sep))
    .map((entry) => join(folder, entry))
    .filter(isPredictionsFile);
  // Spark, Dask and pandas name whole folders `predictions.parquet`.
  const isFolder = await Promise.all(named.map(async (path) => (await stat(path)).isDirectory()));
  return named.filter((_, i) => !isFolder[i]);
}
