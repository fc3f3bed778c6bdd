import * as sbd from 'selective-brain-damage';

// Scores of two models that were evaluated elsewhere; scoreModels gives the same table.
const shared = { replicate: 0, n_images: 1000 };
const [dense, pruned] = [
  { ...shared, variant: 'dense', sparsity: 0 },
  { ...shared, variant: 'pruned 0.9', sparsity: 0.9 },
];
const scores = [
  { ...dense, corruption: 'clean', severity: 0, top1: 0.8, top5: 0.98 },
  { ...pruned, corruption: 'clean', severity: 0, top1: 0.72, top5: 0.96 },
  { ...dense, corruption: 'fog', severity: 3, top1: 0.6, top5: 0.9 },
  { ...pruned, corruption: 'fog', severity: 3, top1: 0.45, top5: 0.84 },
];
const robustness = sbd.summarizeRobustness(scores);
console.table(sbd.danfo.toJSON(robustness), ['variant', 'corruption', 'top1', 'top1_excess']);
