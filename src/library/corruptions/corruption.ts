import type { Random } from 'selective-brain-damage-statistics/internal';
import type { CorruptionScale } from './names';
import type { Raster } from './raster';

/** One way to corrupt an image, with its published parameters. */
export interface Corruption {
  /**
   * @param level severity less 1
   * @param random the only source of randomness
   * @param frost folder of frost textures
   */
  apply(
    image: Raster,
    scale: CorruptionScale,
    level: number,
    random: Random,
    frost?: string,
  ): Raster | Promise<Raster>;
}

/** A corruption in terms of one severity's parameters. */
export function corruption<Parameters>(
  published: Readonly<Record<CorruptionScale, readonly Parameters[]>>,
  distort: (
    image: Raster,
    parameters: Parameters,
    random: Random,
    frost?: string,
  ) => Raster | Promise<Raster>,
): Corruption {
  return {
    apply: (image, scale, level, random, frost) =>
      distort(image, published[scale][level]!, random, frost),
  };
}
