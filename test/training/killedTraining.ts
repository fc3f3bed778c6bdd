import { loadCifar10 } from '../../src/datasets/loadCifar10';
import { trainPruned } from '../../src/training/trainPruned';

/** The short run of trainPruned.test.ts, with a checkpoint after every step, for its parent to kill. */
async function main(folder: string): Promise<void> {
  const data = await loadCifar10();
  await trainPruned({
    data: data.take(640),
    model: { name: 'small-cnn', width: 8 },
    sparsity: 0.9,
    seed: 11,
    steps: 40,
    batchSize: 32,
    learningRate: { per256: 0.4 },
    folder,
    checkpointSeconds: 0,
    onProgress: ({ step }) => process.send!(step),
  });
}

void main(process.argv[2]!);
