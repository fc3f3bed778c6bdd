import type { ImageDataset } from '#library/datasets/imageDataset';
import type { TrainPrunedOptions } from '#library/training/trainPruned';

/** A run of seconds: 40 steps on 640 images of CIFAR-10, pruned to 90 %. */
export function shortRun(data: ImageDataset): TrainPrunedOptions {
  return {
    data: data.take(640),
    model: { name: 'small-cnn', width: 8 },
    sparsity: 0.9,
    seed: 11,
    steps: 40,
    batchSize: 32,
    learningRate: { per256: 0.4 },
    onProgress: () => {},
  };
}
