import type { RunRecord } from '#library/models/runRecord';

/** The record of a run of no steps, as trainPruned would write it. */
export function untrainedRun(sparsity: number, seed: number): RunRecord {
  return {
    spec: {
      data: { name: 'none', hash: 'none', views: [] },
      model: { name: 'small-cnn', width: 4 },
      ...{ sparsity, seed },
      training: {
        ...{ steps: 0, batchSize: 1, momentum: 0.9, weightDecay: 0, labelSmoothing: 0 },
        learningRate: { per256: 0.1, warmup: 0, decays: [] },
        augment: false,
      },
      backend: { name: 'cpu', tfjsBackend: 'cpu', version: '0' },
      versions: {},
    },
    outcome: { history: [], sparsity: 0, tensors: [], seconds: 0, imagesPerSecond: 0 },
  };
}
