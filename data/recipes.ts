import type * as sbd from '#library/index';

/** How a population is trained; the levels come one list after the other, replicate by replicate. */
export interface Recipe extends Omit<sbd.TrainPopulationOptions, 'train' | 'test' | 'sparsities' | 'replicates' | 'seed'> {
  readonly folder: string;
  readonly levels: readonly (readonly number[])[];
}

export const RECIPES = {
  // As long as 90 networks take at most 15 hours of both cores: 16 minutes a network on one core of Zen 4.
  airbench: {
    folder: 'data/airbench',
    levels: [[0, 0.5, 0.9], [0.7], [0.3]],
    model: { name: 'airbench', init: 'dirac' },
    epochs: 16,
    learningRate: { per256: 0.9, warmup: 2.4, shape: 'linear' },
    weightDecay: 5e-4,
    augment: { flip: 'alternating', crop: 2 },
    pruning: { begin: 2.56, end: 8 },
    compress: [{ weights: 'int8' }, { weights: 'int4' }],
  },
  // 80%. The schedules are the paper's in proportion; a run this short wants the higher rate.
  'small-cnn': {
    folder: 'data/population',
    levels: [[0, 0.1, 0.3, 0.5, 0.7, 0.9]],
    model: { name: 'small-cnn', depth: 4 },
    epochs: 12,
    learningRate: { per256: 1 },
    pruning: { classifier: true },
  },
} as const satisfies Readonly<Record<string, Recipe>>;
