import Papa from 'papaparse';
import { PredictionsError } from '../errors';
import { readText } from '../files';
import { matchIds } from '../predictions/matchIds';
import type { Predictions } from '../predictions/predictions';

const ID = 'image_id';

/**
 * Predictions with the groups of a CSV or TSV file: the column `image_id`, and one for each group. Ids are
 * matched by their longest ending.
 *
 * @throws PredictionsError where the file has no such columns, or no row for an image
 */
export async function withGroups(predictions: Predictions, file: string): Promise<Predictions> {
  const text = await readText(file, 'the groups', PredictionsError);
  const { data, meta } = Papa.parse<Record<string, string>>(text.trimEnd(), {
    header: true,
    skipEmptyLines: 'greedy',
  });
  const columns = (meta.fields ?? []).filter((name) => name !== ID);
  if (!meta.fields?.includes(ID) || columns.length === 0)
    throw new PredictionsError(
      `${file}: has the columns ${meta.fields?.join(', ') || 'none'}; expected ${ID} and one for each group.`,
      { file, column: ID },
    );
  const broken = data.findIndex(
    (row) => columns.some((name) => !row[name]) || '__parsed_extra' in row,
  );
  if (broken >= 0)
    throw new PredictionsError(
      `${file}, row ${broken + 1}: expected a value for each of ${[ID, ...columns].join(', ')}.`,
      { file, row: broken + 1 },
    );
  const ids = data.map((row) => row[ID]!);
  const places = matchIds(predictions.imageIds.map(String), ids, {
    left: 'the predictions',
    right: file,
  });
  const groups = Object.fromEntries(
    columns.map((name) => [name, places.map((place) => data[place]![name]!)]),
  );
  return { ...predictions, groups: { ...predictions.groups, ...groups } };
}
