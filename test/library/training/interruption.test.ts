import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { interruptWork } from '#kernels/libraries';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { trainPruned } from '#library/training/trainPruned';
import { TrainingError } from '#statistics/errors';
import { shortRun } from './shortRun';

test('a training that was interrupted goes on where it was', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'interrupted-'));
  t.after(() => rm(folder, { recursive: true }));
  const data = await loadCifar10();
  const options = { ...shortRun(data), folder };
  const first = trainPruned({
    ...options,
    onProgress: ({ step }) => {
      if (step === 3) interruptWork(new Error('interrupted'));
    },
  });
  await assert.rejects(
    first,
    (error: Error) =>
      error instanceof TrainingError &&
      /at step 3 of 40; run it again/.test(error.message) &&
      (error.cause as Error).message === 'interrupted',
  );
  const steps: number[] = [];
  await trainPruned({ ...options, onProgress: ({ step }) => steps.push(step) });
  assert.equal(steps[0], 4);
});
