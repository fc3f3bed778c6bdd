import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { trainPruned } from '#library/training/trainPruned';
import { TrainingError } from '#statistics/errors';
import { interruptible, interruptWork } from '#statistics/interruption';
import { shortRun } from '../library/training/shortRun';

test('work hears of an interrupt and of its own signal, and is waited for', async () => {
  let isTold = false;
  const work = interruptible(undefined, async (signal) => {
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    isTold = true;
    throw signal.reason;
  });
  const outcome = assert.rejects(work, /enough/);
  await interruptWork(new Error('enough'));
  assert.ok(isTold);
  await outcome;
  const own = AbortSignal.abort(new Error('before it began'));
  await assert.rejects(
    interruptible(own, async (signal) => signal.throwIfAborted()),
    /before it began/,
  );
  assert.equal(await interruptible(undefined, async (signal) => signal.aborted), false);
});

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
      /after step 3 .*run it again/.test(error.message) &&
      (error.cause as Error).message === 'interrupted',
  );
  const steps: number[] = [];
  await trainPruned({ ...options, onProgress: ({ step }) => steps.push(step) });
  assert.equal(steps[0], 4);
});
