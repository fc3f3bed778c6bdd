import {
  checkOptions,
  listOf,
  type OptionRule,
  type OptionRules,
} from 'selective-brain-damage-statistics/internal';
import { type CorruptOptions, corruptRules } from '../corruptions/corrupt';
import { warnOfOwnFrost } from '../corruptions/frost';
import {
  CORRUPTION,
  CORRUPTIONS,
  type CorruptionName,
  SEVERITIES,
  SEVERITY,
} from '../corruptions/names';
import { checkDataset, ImageDataset } from './imageDataset';

/** Images whose distribution is not that of the training images. */
export interface ShiftedSet {
  /** One of the corruptions, or the set's name such as `imagenet-a`. */
  readonly corruption: string;
  /** 1–5; 0 where the set has none. */
  readonly severity: number;
  /** The images. */
  readonly data: ImageDataset;
}

/** An option that takes a set of shifted images. */
export const SHIFTED_SET: OptionRule = {
  expected: 'a set { corruption, severity, data }, as corruptedSets gives',
  accepts: (value) => {
    const { corruption, severity, data } = (value ?? {}) as Partial<ShiftedSet>;
    return (
      typeof corruption === 'string' && typeof severity === 'number' && data instanceof ImageDataset
    );
  },
};

/** A choice of corruptions and severities. */
export interface CorruptionChoice {
  /** Default: the 15 of the benchmark, or those that a folder holds. */
  readonly corruptions?: readonly CorruptionName[];
  /** Default: 1–5. */
  readonly severities?: readonly number[];
}

/** The rules of {@link CorruptionChoice}. */
export const choiceRules: OptionRules<CorruptionChoice> = {
  corruptions: listOf(CORRUPTION),
  severities: listOf(SEVERITY),
};

/** Options of {@link corruptedSets}. */
export interface CorruptedSetsOptions extends CorruptOptions, CorruptionChoice {}

/** The options' rules, which plans share. */
export const corruptedSetsRules: OptionRules<CorruptedSetsOptions> = {
  ...corruptRules,
  ...choiceRules,
};

/**
 * A data set under every corruption and severity, corrupted while it is read: ImageNet-C or
 * CIFAR-10-C without their files. The corruptions see the images as the models do, after the bicubic
 * resize; the published ImageNet-C was resized bilinearly before it was corrupted.
 *
 * @throws OptionError as `corrupt` does
 */
export function corruptedSets(
  data: ImageDataset,
  options: CorruptedSetsOptions = {},
): ShiftedSet[] {
  checkDataset('corruptedSets', 'data', data);
  checkOptions('corruptedSets', options, corruptedSetsRules);
  const { corruptions: _, severities: __, ...how } = options;
  const kinds = chosenKinds(options);
  if (kinds.some(({ corruption }) => corruption === 'frost') && how.frost === undefined)
    warnOfOwnFrost();
  return kinds.map(({ corruption, severity }) => ({
    corruption,
    severity,
    data: data.corrupt(corruption, severity, how),
  }));
}

/** Every chosen corruption at every chosen severity. */
export function chosenKinds({
  corruptions = CORRUPTIONS,
  severities = SEVERITIES,
}: CorruptionChoice): { corruption: CorruptionName; severity: number }[] {
  return corruptions.flatMap((corruption) =>
    severities.map((severity) => ({ corruption, severity })),
  );
}
