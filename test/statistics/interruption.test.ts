import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruptWork } from '#kernels/libraries';
import { interruptible } from '#statistics/interruption';

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
