import { type ImageId, PredictionsError } from 'selective-brain-damage-statistics';
import { matchIds } from 'selective-brain-damage-statistics/internal';
import type { ImageDataset } from '../datasets/imageDataset';
import type { Example } from '../datasets/types';

/**
 * The images that rows are about, each with its row, in the data set's order; streamed, and only until all are
 * found. Where ids are not the data set's own, as the paths that another program wrote, the images are those
 * whose ids agree in the longest ending; they come after the others.
 *
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function* examplesOf<Row extends { image_id: ImageId; true_class: number }>(
  dataset: ImageDataset,
  rows: readonly Row[],
): AsyncGenerator<{ example: Example; row: Row }> {
  const left = new Map(rows.map((row) => [row.image_id, row]));
  const others: ImageId[] = [];
  if (left.size === 0) return;
  for await (const example of dataset) {
    const row = left.get(example.id);
    if (!row) {
      others.push(example.id);
      continue;
    }
    checkClass(dataset, example, row);
    yield { example, row };
    left.delete(example.id);
    if (left.size === 0) return;
  }
  yield* examplesByEnding(dataset, [...left.values()], others);
}

async function* examplesByEnding<Row extends { image_id: ImageId; true_class: number }>(
  dataset: ImageDataset,
  rows: readonly Row[],
  ids: readonly ImageId[],
): AsyncGenerator<{ example: Example; row: Row }> {
  const names = { left: 'the predictions', right: dataset.name };
  const places = matchIds(
    rows.map((row) => row.image_id),
    ids,
    names,
  );
  const left = new Map(rows.map((row, i) => [ids[places[i]!]!, row]));
  for await (const example of dataset) {
    const row = left.get(example.id);
    if (!row) continue;
    checkClass(dataset, example, row);
    yield { example, row };
    left.delete(example.id);
    if (left.size === 0) return;
  }
}

function checkClass(
  { name }: ImageDataset,
  { id, label }: Example,
  { true_class }: { readonly true_class: number },
): void {
  if (label === true_class) return;
  throw new PredictionsError(
    `${name}: image ${id} has class ${label}, in the predictions it has ${true_class}; pass the data set ` +
      'that the predictions were made on.',
    { column: 'true_class', value: true_class },
  );
}
