import { loadCifar10 } from '../../src/datasets/loadCifar10';
import { trainPruned } from '../../src/training/trainPruned';
import { shortRun } from './shortRun';

/** The short run with a checkpoint after every step, for its parent to kill. */
async function main(folder: string): Promise<void> {
  await trainPruned({
    ...shortRun(await loadCifar10()),
    folder,
    checkpointSeconds: 0,
    onProgress: ({ step }) => process.send!(step),
  });
}

void main(process.argv[2]!);
