import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BackendName, useBackend } from '#library/backend/backend';
import { moveAverage } from '#library/backend/ops/moveAverage';
import * as tf from '#library/backend/tf';
import { backends } from '../compare';

test('an average keeps its share and takes the rest, in place', async () => {
  for (const backend of [...(await backends()), 'cpu'] as BackendName[]) {
    await useBackend({ backend });
    const average = tf.variable(tf.fill([37], 2));
    const before = average.clone();
    moveAverage(average, tf.fill([37], 10), 0.75);
    for (const x of average.dataSync()) assert.equal(x, 4, backend);
    for (const x of before.dataSync()) assert.equal(x, 2, backend);
  }
});
