import { readSync, writeSync } from 'node:fs';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { trainPopulation } from '#library/training/trainPopulation';
import { trainPruned } from '#library/training/trainPruned';
import { shortRun } from './shortRun';

/** A user's script that trains one model, or a population, and knows nothing of signals. */
async function main(what: string, folder: string): Promise<void> {
  const { onProgress: _, ...run } = shortRun(await loadCifar10());
  const tell = () => writeSync(1, 'step\n');
  if (what === 'model') {
    const onProgress = ({ step }: { readonly step: number }) => {
      tell();
      // The signal has been sent when a byte comes.
      if (step === 3) readSync(0, Buffer.alloc(1));
    };
    await trainPruned({ ...run, folder, onProgress });
  } else if (what === 'resumed') {
    await trainPruned({ ...run, folder });
  } else {
    const { data, sparsity, ...training } = run;
    const test = (await loadCifar10({ split: 'test' })).take(20);
    await trainPopulation({
      ...{ ...training, train: data, test, sparsities: [sparsity], replicates: 2, folder },
      // More steps than are done before the signal comes.
      ...{ steps: 1_000_000, processes: 1, onProgress: tell },
    });
  }
  console.log('done');
}

main(process.argv[2]!, process.argv[3]!).catch((error) => {
  console.error(error);
  process.exit(1);
});
