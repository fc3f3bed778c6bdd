import Papa from 'papaparse';
import { DatasetError } from 'selective-brain-damage-statistics';
import { matchIds, readText } from 'selective-brain-damage-statistics/internal';

/** The classes of images, as a file lists them. */
export interface LabelList {
  /** The list. */
  readonly file: string;
  /** Paths of the images below their folder, in the list's order. */
  readonly files: readonly string[];
  /** The class of each, as the list names it. */
  readonly classes: readonly string[];
}

const FILE_COLUMN = /^(file|file_?name|image|image_?id|path|name)$/i;
const CLASS_COLUMN = /^(class|label|true_class|category|wnid|synset)$/i;
/** Names of files that are taken for images. */
export const IMAGE_NAME = /\.(jpe?g|png|webp)$/i;

/**
 * Reads a list of images and their classes: CSV or TSV with a header, lines of a name and a class, or a
 * class a line for the images in their order.
 *
 * @param images paths of the images below their folder, sorted
 * @throws DatasetError where it is none of these, or names images that are not there
 */
export async function readLabelList(file: string, images: readonly string[]): Promise<LabelList> {
  const place = { option: 'labels', value: file };
  const text = await readText(file, 'the list of labels', DatasetError, place);
  const rows = rowsOf(text);
  const columns = columnsOf(file, rows);
  const body = columns.header ? rows.slice(1) : rows;
  const classes = body.map((row) => row[columns.class]!.trim());
  if (columns.file === undefined) return inOrder(file, classes, images);
  const named = body.map((row) => row[columns.file!]!.trim());
  const places = placesOf(file, named, images);
  const files = places.map((place) => images[place]!);
  return { file, files, classes };
}

function placesOf(file: string, named: readonly string[], images: readonly string[]): number[] {
  try {
    return matchIds(named, images, { left: file, right: 'the folder' });
  } catch (cause) {
    throw new DatasetError(`${file}: ${(cause as Error).message}`, { cause, file });
  }
}

function rowsOf(text: string): string[][] {
  const trimmed = text.trimEnd();
  const [first = ''] = trimmed.split('\n', 1);
  const delimiter = ['\t', ',', ';'].find((mark) => first.includes(mark));
  if (delimiter !== undefined)
    return Papa.parse<string[]>(trimmed, { delimiter, skipEmptyLines: 'greedy' }).data;
  // Names may hold spaces, classes do not.
  return trimmed
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => /^(.*\S)\s+(\S+)\s*$/.exec(line)?.slice(1) ?? [line]);
}

interface ListColumns {
  readonly header: boolean;
  readonly file: number | undefined;
  readonly class: number;
}

function columnsOf(list: string, rows: readonly string[][]): ListColumns {
  const [first] = rows;
  if (!first)
    throw new DatasetError(`${list}: is empty; expected a class for each image.`, {
      ...{ option: 'labels', value: list, file: list },
    });
  const ragged = rows.findIndex((row) => row.length !== first.length);
  if (ragged >= 0)
    throw new DatasetError(
      `${list}, row ${ragged + 1}: has ${rows[ragged]!.length} cells, the first row ${first.length}.`,
      { file: list, row: ragged + 1 },
    );
  const names = first.map((name) => name.trim());
  const file = names.findIndex((name) => FILE_COLUMN.test(name));
  const label = names.findIndex((name) => CLASS_COLUMN.test(name));
  if (file >= 0 && label >= 0) return { header: true, file, class: label };
  if (first.length === 1) {
    if (IMAGE_NAME.test(names[0]!)) throw unknownColumns(list, names);
    return { header: label === 0, file: undefined, class: 0 };
  }
  const named = names.findIndex((name) => IMAGE_NAME.test(name));
  if (named < 0 || first.length !== 2) throw unknownColumns(list, names);
  return { header: false, file: named, class: 1 - named };
}

function unknownColumns(list: string, found: readonly string[]): DatasetError {
  return new DatasetError(
    `${list}: begins with ${found.join(', ')}; expected the columns file and class, or lines of a file's name ` +
      'and its class.',
    { option: 'labels', value: list, file: list },
  );
}

/** Classes without names of files belong to the images in the order of their names. */
function inOrder(file: string, classes: readonly string[], images: readonly string[]): LabelList {
  const fail = (problem: string) => {
    throw new DatasetError(`${file}: ${problem}`, { option: 'labels', value: file, file });
  };
  if (classes.length !== images.length)
    fail(
      `has ${classes.length} classes without names of files, the folder has ${images.length} images.`,
    );
  if (classes.every((name) => /^\d+$/.test(name)))
    fail(
      "has numbers without names of files, as ILSVRC2012's list of its own ids, which are in another order " +
        'than the classes and count from 1; give a list of WordNet ids, or of files and classes.',
    );
  return { file, files: images, classes };
}
