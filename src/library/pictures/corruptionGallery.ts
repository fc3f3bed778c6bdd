import {
  checkOptions,
  listOf,
  type OptionRules,
  PALETTE,
  spaced,
} from 'selective-brain-damage-statistics/internal';
import { type CorruptOptions, checkImage, corrupt, corruptRules } from '../corruptions/corrupt';
import {
  ALL_CORRUPTIONS,
  CORRUPTION,
  type CorruptionName,
  SEVERITIES,
  scaleFor,
} from '../corruptions/names';
import type { RgbImage } from '../images/rgbImage';
import { drawGrid, type Tile } from './grid';
import type { Picture } from './picture';

/** Options of {@link corruptionGallery}. */
export interface CorruptionGalleryOptions extends CorruptOptions {
  /** Default: all 19. */
  readonly corruptions?: readonly CorruptionName[];
}

const rules: OptionRules<CorruptionGalleryOptions> = {
  ...corruptRules,
  corruptions: listOf(CORRUPTION),
};

/**
 * One image under every corruption and severity: a row per corruption, the clean image first.
 *
 * @param image the picture as a model sees it: resized and cropped
 * @throws OptionError as `corrupt` does
 */
export async function corruptionGallery(
  image: RgbImage,
  options: CorruptionGalleryOptions = {},
): Promise<Picture> {
  checkImage('corruptionGallery', image);
  checkOptions('corruptionGallery', options, rules);
  const { corruptions = ALL_CORRUPTIONS, ...how } = options;
  const tiles: Tile[] = [];
  for (const name of corruptions) {
    tiles.push({ image, caption: [{ text: 'clean' }] });
    for (const severity of SEVERITIES)
      tiles.push({
        image: await corrupt(image, name, severity, how),
        caption: [{ text: spaced(name) }, { text: `severity ${severity}`, color: PALETTE.muted }],
      });
  }
  const { seed = 0, scale = scaleFor(image.width, image.height) } = how;
  return drawGrid(
    'One image under every corruption',
    `${corruptions.length} corruptions, severities 1–5, parameters of ${scale === 'imagenet' ? 'ImageNet-C' : 'CIFAR-10-C'}, seed ${seed}`,
    tiles,
  );
}
