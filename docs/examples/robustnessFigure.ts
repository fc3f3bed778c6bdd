import * as sbd from 'selective-brain-damage';

// What evalRobustness gives; here for two corruptions, with invented accuracies.
const shared = { baseline: 'dense', n_models: 30, n_images: 2000, top5_relative: 0 };
const table = ['clean', 'fog', 'snow'].flatMap((corruption, i) =>
  [1, 3, 5].flatMap((severity) => [
    { ...shared, variant: 'dense', sparsity: 0, corruption, severity, top1_relative: 0 },
    {
      ...{ ...shared, variant: 'pruned 0.9', sparsity: 0.9, corruption },
      severity: corruption === 'clean' ? 0 : severity,
      top1_relative: -0.05 - 0.02 * i * severity,
    },
  ]),
);
const figure = sbd.robustnessFigure(table, { accuracy: 'top1' });
console.log(figure.layout.yaxis?.ticktext);
