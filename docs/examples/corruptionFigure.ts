import * as sbd from 'selective-brain-damage';

// What perCorruptionTTest gives; here for two corruptions, with invented changes.
const shared = {
  ...{ variant: 'pruned 0.9', sparsity: 0.9, baseline: 'dense', measure: 'difference' as const },
  ...{ n_baseline: 30, n_variant: 30, n_images: 2000, standard_error: 0.004 },
};
const figure = sbd.corruptionFigure([
  { ...shared, corruption: 'fog', excess_change: -0.031, significant: true },
  { ...shared, corruption: 'snow', excess_change: -0.002, significant: false },
]);
for (const { name, x } of figure.data as { name?: string; x?: number[] }[])
  if (name) console.log(name, x);
