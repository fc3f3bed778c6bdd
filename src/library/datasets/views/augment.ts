import { randomFrom } from 'selective-brain-damage-statistics/internal';
import type { Augmentation, AugmentView, Example } from '../types';

/** The images with training preprocessing (random crop and flip) drawn from the view's seed. */
export async function* augment(
  examples: AsyncIterable<Example>,
  { seed, flip, crop }: AugmentView,
): AsyncGenerator<Example> {
  let position = 0;
  for await (const example of examples) {
    // By position, so that skipping to a batch draws the same crops as walking there.
    const draws: Augmentation = Object.assign(randomFrom(seed, 'augment', position++), {
      ...(flip && { flip: isFlipped(example, flip) }),
      ...(crop !== undefined && { crop }),
    });
    yield { ...bound(example), pixels: (_, into) => example.pixels(draws, into) };
  }
}

/** Whether an image is mirrored: by what is set, else by a draw. */
export function flips(augment: Augmentation): boolean {
  return augment.flip ?? augment() < 0.5;
}

function isFlipped({ id }: Example, flip: NonNullable<AugmentView['flip']>): boolean {
  if (flip === 'none') return false;
  const first = randomFrom(flip.seed, 'flip', id)() < 0.5;
  return first === (flip.epoch % 2 === 0);
}

/** A copy of an example whose methods no longer depend on `this`. */
function bound(example: Example): Example {
  return {
    id: example.id,
    label: example.label,
    ...(example.encoded && { encoded: example.encoded }),
    ...(example.file !== undefined && { file: example.file }),
    image: () => example.image(),
    pixels: (random, into) => example.pixels(random, into),
  };
}
