import { randomFrom } from 'selective-brain-damage-statistics/internal';
import type { Example } from '../types';

/** The images with training preprocessing (random crop and flip) drawn from `seed`. */
export async function* augment(
  examples: AsyncIterable<Example>,
  seed: number,
): AsyncGenerator<Example> {
  let position = 0;
  for await (const example of examples) {
    // By position, so that skipping to a batch draws the same crops as walking there.
    const random = randomFrom(seed, 'augment', position++);
    yield { ...bound(example), pixels: (_, into) => example.pixels(random, into) };
  }
}

/** A copy of an example whose methods no longer depend on `this`. */
function bound(example: Example): Example {
  return {
    id: example.id,
    label: example.label,
    ...(example.encoded && { encoded: example.encoded }),
    image: () => example.image(),
    pixels: (random, into) => example.pixels(random, into),
  };
}
