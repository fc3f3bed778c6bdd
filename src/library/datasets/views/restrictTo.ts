import { DatasetError } from 'selective-brain-damage-statistics';
import type { Example } from '../types';

/**
 * The same images, checked to be of the classes to which predictions are restricted.
 *
 * @throws DatasetError at an image of another class
 */
export async function* restrictTo(
  examples: AsyncIterable<Example>,
  classes: readonly number[],
  name: string,
): AsyncGenerator<Example> {
  const allowed = new Set(classes);
  for await (const example of examples) {
    if (!allowed.has(example.label))
      throw new DatasetError(
        `${name}: image ${example.id} has class ${example.label}, which is not one of the ` +
          `${allowed.size} classes to which predictions are restricted.`,
        { value: example.label },
      );
    yield example;
  }
}
