import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { type EngineName, useEngine } from '../../../src/engine/engine';
import { moveAverage } from '../../../src/engine/ops/moveAverage';
import { engines } from '../compare';

test('an average keeps its share and takes the rest, in place', async () => {
  for (const engine of [...(await engines()), 'cpu'] as EngineName[]) {
    await useEngine({ engine });
    const average = tf.variable(tf.fill([37], 2));
    const before = average.clone();
    moveAverage(average, tf.fill([37], 10), 0.75);
    for (const x of average.dataSync()) assert.equal(x, 4, engine);
    for (const x of before.dataSync()) assert.equal(x, 2, engine);
  }
});
