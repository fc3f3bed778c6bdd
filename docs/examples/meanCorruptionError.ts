import * as sbd from 'selective-brain-damage';

// All 15 corruptions at all severities, as evalRobustness gives them; here of invented accuracies.
const rows = [0, 0.9].flatMap((sparsity) => {
  const shared = { variant: sparsity === 0 ? 'dense' : 'pruned 0.9', sparsity, baseline: 'dense' };
  return [
    { ...shared, corruption: 'clean', severity: 0, top1: 0.8 - 0.1 * sparsity },
    ...sbd.CORRUPTIONS.flatMap((corruption, i) =>
      sbd.SEVERITIES.map((severity) => ({
        ...shared,
        corruption,
        severity,
        top1: 0.8 - 0.08 * severity - 0.01 * i * sparsity,
      })),
    ),
  ];
});
const errors = sbd.meanCorruptionError(rows);
const means = errors.iloc({ rows: [15, 31] });
console.table(sbd.danfo.toJSON(means), ['variant', 'corruption', 'corruption_error']);
