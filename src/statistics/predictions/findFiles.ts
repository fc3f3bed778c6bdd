import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { PredictionsError } from '../errors';
import { FORMATS, isPredictionsFile } from './filePlace';

/** The files that paths, globs and folders (with all below them) stand for, in a stable order. */
export async function findFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(filesOf));
  return [...new Set(found.flat())];
}

async function filesOf(path: string): Promise<string[]> {
  const entry = await stat(path).catch(() => undefined);
  if (entry && !entry.isDirectory()) return [path];
  let files: string[];
  if (entry)
    files = (await readdir(path, { recursive: true }))
      .filter(isPredictionsFile)
      .map((file) => join(path, file));
  else if (isDynamicPattern(path))
    files = await glob(path.replaceAll('\\', '/'), { expandDirectories: false });
  else throw new PredictionsError(`${path}: there is no such file or folder.`, { file: path });
  if (files.length === 0)
    throw new PredictionsError(
      `${path}: no file found. Expected files whose names end in ${FORMATS}, as a population's ` +
        'sparsity=0.9/replicate=07.parquet.',
      { file: path },
    );
  return files.sort();
}
