import { boolean, double, int, oneOf, string } from './schema';

/** Units, with their ranges. */
export const UNIT = {
  share: 'share 0–1',
  change: 'difference of shares −1–1',
  probability: 'probability 0–1',
  models: 'models, 1 or more',
  images: 'images, 0 or more',
  classes: 'classes, 0 or more',
} as const;

const variant = string('The treatment of the network, as `pruned 0.9`.');

/** The columns that every comparison begins with. */
export const compared = {
  variant,
  sparsity: double(
    'Share of the weights that are zero; NaN for a variant without one.',
    UNIT.share,
  ),
  baseline: string('The variant that this one is compared with.'),
};

/** The columns that tell models apart. */
export const modelColumns = {
  variant,
  sparsity: compared.sparsity,
  replicate: int('Tells the models of a variant apart.'),
};

/** How many models stand on either side of a comparison. */
export const modelCounts = {
  n_baseline: int('Models of the baseline.', UNIT.models),
  n_variant: int('Models of the variant.', UNIT.models),
};

/** The outcome of a t-test over models, one of several. */
export const tested = {
  statistic: double(
    'Of the t-test over models: positive where the variant lost more.',
    'standard errors, −∞–∞',
  ),
  p_value: double('Of the t-test over models, two-tailed.', UNIT.probability),
  p_adjusted: double(
    'The p-value adjusted by Benjamini and Hochberg within the variant.',
    UNIT.probability,
  ),
};

/** Whether a difference is significant, and to which side. */
export function significanceOf(pValue: 'p_value' | 'p_adjusted', than: string) {
  return {
    significant: boolean(`Whether \`${pValue}\` is alpha or less.`),
    direction: oneOf(
      ['hurt', 'helped', 'none'],
      `\`hurt\`: significant, and lost more than ${than}; \`helped\`: significant, and lost less than ${than}, or gained.`,
    ),
  };
}
