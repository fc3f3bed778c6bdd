import { corruptedExample } from '../../corruptions/corruptedExample';
import type { CorruptView, Example, ImageSource } from '../types';

/** The images corrupted, each from a seed of its own; the source must tell its normalization. */
export async function* corrupt(
  examples: AsyncIterable<Example>,
  view: CorruptView,
  { imageShape, normalization }: ImageSource,
): AsyncGenerator<Example> {
  for await (const example of examples)
    yield corruptedExample(example, view, imageShape, normalization!);
}
