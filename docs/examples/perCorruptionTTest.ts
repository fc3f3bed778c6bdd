import * as sbd from 'selective-brain-damage';

// Scores of models that were evaluated elsewhere; scoreModels gives the same table.
const scores = [0, 0.9].flatMap((sparsity) =>
  [0, 1, 2].flatMap((replicate) =>
    ['clean', 'fog', 'snow'].map((corruption, i) => ({
      variant: sparsity === 0 ? 'dense' : 'pruned 0.9',
      sparsity,
      replicate,
      corruption,
      severity: corruption === 'clean' ? 0 : 3,
      n_images: 1000,
      top1: 0.9 - 0.01 * replicate - 0.1 * i * (1 + sparsity) - 0.003 * i * replicate,
      top5: 0.99,
    })),
  ),
);
const tests = sbd.perCorruptionTTest(scores);
console.table(sbd.danfo.toJSON(tests), ['corruption', 'excess_change', 'p_value', 'direction']);
