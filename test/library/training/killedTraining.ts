import { loadCifar10 } from '#library/datasets/loadCifar10';
import { trainPruned } from '#library/training/trainPruned';
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
