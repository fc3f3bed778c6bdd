import { readFile } from 'node:fs/promises';
import { AnnotationsError, OptionError } from '../errors';
import { rowOfJson } from '../tables/checkRow';
import { type AnnotationRow, annotationTable } from './annotations';

/**
 * Reads what people answered about images: the JSON lines that `sbd annotate` writes, one per person and
 * image. Where a person answered about an image again, the last answer counts; an answer that was taken back
 * does not. A last line that a crash left unfinished is left out with a warning.
 *
 * @param files one file, or several in the order in which their answers were given
 * @returns an {@link AnnotationRow} per person and image, in the order of the first answers
 * @throws AnnotationsError naming file and line, where one cannot be read, a line is not JSON, or a column is
 *   unknown, missing or of another type
 */
export async function readAnnotations(files: string | readonly string[]): Promise<AnnotationRow[]> {
  const list = typeof files === 'string' ? [files] : files;
  if (!Array.isArray(list) || list.length === 0 || !list.every((file) => typeof file === 'string'))
    throw new OptionError('readAnnotations: expected a path, or a list of paths.', {
      option: 'files',
      value: files,
    });
  const answers = new Map<string, AnnotationRow>();
  for (const file of list) {
    const { lines, torn } = parseAnnotations(file, await textOf(file));
    if (torn !== '')
      process.emitWarning(
        `${file}, line ${lines.length + 1}: unfinished, as a crash leaves it; left out.`,
        'AnnotationsWarning',
      );
    for (const line of lines) keepLast(answers, line);
  }
  return [...answers.values()];
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new AnnotationsError(`${file}: the answers cannot be read (${cause.message}).`, {
      cause,
      file,
    });
  });
}

/** The lines of a file of answers; `torn` is the beginning of a line that never got its end. */
export function parseAnnotations(
  file: string,
  text: string,
): { readonly lines: AnnotationRow[]; readonly torn: string } {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const torn = lines.pop()!;
  return { lines: lines.map((line, i) => lineOf(file, i + 1, line)), torn };
}

function lineOf(file: string, row: number, line: string): AnnotationRow {
  const fail = (problem: string, cause?: unknown): never => {
    throw new AnnotationsError(`${file}, line ${row}: ${problem}.`, { cause, file, row });
  };
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    fail(`expected answers as JSON (${(cause as Error).message})`, cause);
  }
  const answer = rowOfJson(annotationTable, json);
  return typeof answer === 'string' ? fail(answer) : answer;
}

/** Adds a line to the answers that count, by person, variant and image. */
export function keepLast(answers: Map<string, AnnotationRow>, line: AnnotationRow): void {
  const key = JSON.stringify([line.person, line.variant, line.image_id]);
  if (line.taken_back) answers.delete(key);
  else answers.set(key, line);
}
