import type { ImageId } from 'selective-brain-damage-statistics';
import { PredictionsError } from 'selective-brain-damage-statistics';
import type { ImageDataset } from '../datasets/imageDataset';
import type { Example } from '../datasets/types';

/**
 * The images that rows are about, each with its row, in the data set's order; streamed, and only until
 * all are found.
 *
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function* examplesOf<Row extends { image_id: ImageId; true_class: number }>(
  dataset: ImageDataset,
  rows: readonly Row[],
): AsyncGenerator<{ example: Example; row: Row }> {
  const left = new Map(rows.map((row) => [row.image_id, row]));
  if (left.size === 0) return;
  const wayOut = 'pass the data set that the predictions were made on.';
  for await (const example of dataset) {
    const row = left.get(example.id);
    if (!row) continue;
    if (example.label !== row.true_class)
      throw new PredictionsError(
        `${dataset.name}: image ${example.id} has class ${example.label}, in the predictions it has ` +
          `${row.true_class}; ${wayOut}`,
        { column: 'true_class', value: row.true_class },
      );
    yield { example, row };
    left.delete(example.id);
    if (left.size === 0) return;
  }
  const [missing] = left.keys();
  throw new PredictionsError(
    `${dataset.name} lacks image ${missing} of the predictions; ${wayOut}`,
    { column: 'image_id', value: missing },
  );
}
