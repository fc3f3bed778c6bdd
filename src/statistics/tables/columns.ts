import { boolean, double, int, oneOf, string } from './schema';

/** What every table that compares begins with. */
export const compared = {
  variant: string('What was done to the network, as `pruned 0.9`.'),
  sparsity: double(
    'Share of the weights that are zero; NaN where the variant has none.',
    'share 0–1',
  ),
  baseline: string('The variant that this one is compared with.'),
};

/** How many models stand on either side of a comparison. */
export const modelCounts = {
  n_baseline: int('Models of the baseline.'),
  n_variant: int('Models of the variant.'),
};

/** What a test of one comparison among several says. */
export const tested = {
  statistic: double('The test statistic: positive where the variant lost more.'),
  p_value: double('Two-tailed.', 'probability'),
  p_adjusted: double(
    'The p-value adjusted by Benjamini and Hochberg within the variant.',
    'probability',
  ),
};

/** Whether a difference is significant, and to which side. */
export const significanceColumns = {
  significant: boolean('Whether the p-value is alpha or less.'),
  direction: oneOf(
    ['hurt', 'helped', 'none'],
    'Where significant, `hurt` for a positive statistic, `helped` for a negative one.',
  ),
};
