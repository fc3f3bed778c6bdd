import { randomFrom } from 'selective-brain-damage-statistics/internal';
import { denormalize, type Normalization, normalize } from '../datasets/normalization';
import type { Augmentation, CorruptView, Example } from '../datasets/types';
import type { RgbImage } from '../images/rgbImage';
import { corruptWith } from './corrupt';

/** An example whose picture is the model's view of it, corrupted. */
export function corruptedExample(
  example: Example,
  { name, severity, seed, scale, frost }: CorruptView,
  [height, width]: readonly [number, number, number],
  normalization: Normalization,
): Example {
  const seen = async (augment?: Augmentation): Promise<RgbImage> => {
    const data = denormalize(await example.pixels(augment), normalization);
    const random = randomFrom(seed, 'corrupt', name, severity, example.id);
    return corruptWith(random, { width, height, data }, name, severity, scale, frost);
  };
  return {
    id: example.id,
    label: example.label,
    image: () => seen(),
    pixels: async (augment) => normalize((await seen(augment)).data, normalization),
  };
}
