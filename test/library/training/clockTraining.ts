import { readFileSync } from 'node:fs';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { decodeSafetensors } from '#library/models/safetensors';
import { checkpointFile } from '#library/training/checkpoint';
import { trainPruned } from '#library/training/trainPruned';
import { shortRun } from './shortRun';

/** What a training saw whose wall clock was set back at step {@link SET_BACK}; JSON. */
export interface Outcome {
  /** By how much the clock went, milliseconds. */
  readonly clock: number;
  /** At each later step, the step of the checkpoint that was there. */
  readonly checkpoints: readonly (readonly [step: number, saved: number])[];
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** The seconds that were left, as progress told them. */
  readonly secondsLeft: readonly number[];
}

const SET_BACK = 10;

async function main(folder: string): Promise<void> {
  const checkpoints: [number, number][] = [];
  const secondsLeft: number[] = [];
  let clock = 0;
  const file = checkpointFile(folder);
  const { run } = await trainPruned({
    ...shortRun(await loadCifar10()),
    ...{ folder, checkpointSeconds: 0 },
    onProgress: ({ step, secondsLeft: left }) => {
      if (step === SET_BACK) {
        const before = Date.now();
        process.emit('set back' as 'beforeExit', 0);
        clock = Date.now() - before;
      }
      if (step <= SET_BACK) return;
      const { position } = decodeSafetensors(file, readFileSync(file)).metadata;
      checkpoints.push([step, JSON.parse(position!).step]);
      secondsLeft.push(left);
    },
  });
  const { seconds, imagesPerSecond } = run.outcome;
  const outcome: Outcome = { clock, checkpoints, seconds, imagesPerSecond, secondsLeft };
  console.log(JSON.stringify(outcome));
}

void main(process.argv[2]!);
