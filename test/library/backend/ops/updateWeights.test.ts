import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type BackendName, useBackend } from '#library/backend/backend';
import { updateWeights } from '#library/backend/ops/updateWeights';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import { backends, normal } from '../compare';

const SIZE = 103;
const options = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };

let all: BackendName[];
before(async () => {
  all = [...(await backends()), 'cpu'];
});

test('three masked steps are those of the formula in doubles', async () => {
  const random = randomFrom(1, 'update');
  const start = normal([SIZE], random).data;
  const gradients = [1, 2, 3].map(() => normal([SIZE], random).data);
  const masks = [1, 2, 3].map(() =>
    Float32Array.from({ length: SIZE }, () => Math.round(random())),
  );
  const w = Array.from(start);
  const v = new Array<number>(SIZE).fill(0);
  for (const [step, gradient] of gradients.entries())
    for (let i = 0; i < SIZE; i++) {
      const g = masks[step]![i]! * gradient[i]! + options.weightDecay * w[i]!;
      v[i] = options.momentum * v[i]! + g;
      w[i]! -= options.learningRate * (g + options.momentum * v[i]!);
    }

  for (const backend of all) {
    await useBackend({ backend });
    const weights = tf.variable(tf.tensor1d(start));
    const variable = tf.variable(tf.zeros([SIZE]));
    const velocity = tf.variable(tf.zeros([SIZE]));
    for (const [step, gradient] of gradients.entries()) {
      const pruned = { mask: tf.tensor1d(masks[step]!), weights };
      updateWeights({ variable, velocity, pruned }, tf.tensor1d(gradient), options);
    }
    const [stored, used, speed] = [weights, variable, velocity].map((x) => x.dataSync());
    for (let i = 0; i < SIZE; i++) {
      assert.ok(Math.abs(stored![i]! - w[i]!) < 1e-5, backend);
      assert.ok(Math.abs(speed![i]! - v[i]!) < 1e-5, backend);
      assert.equal(used![i]! + 0, masks[2]![i]! * stored![i]! + 0, backend);
    }
  }
});

test('an unpruned variable is updated itself, and tensors that shared its data stay as they were', async () => {
  for (const backend of all) {
    await useBackend({ backend });
    const variable = tf.variable(tf.ones([SIZE]));
    const [clone, reshaped] = [variable.clone(), variable.reshape([1, SIZE])];
    const velocity = tf.variable(tf.zeros([SIZE]));
    updateWeights({ variable, velocity }, tf.ones([SIZE]), { learningRate: 0.5, momentum: 0 });
    assert.equal(variable.dataSync()[7], 0.5, backend);
    assert.equal(clone.dataSync()[7], 1, backend);
    assert.equal(reshaped.dataSync()[7], 1, backend);
  }
});

test('a step allocates nothing that stays', async () => {
  for (const backend of all) {
    await useBackend({ backend });
    const [variable, velocity] = [tf.variable(tf.ones([SIZE])), tf.variable(tf.zeros([SIZE]))];
    const gradient = tf.ones([SIZE]);
    const before = tf.memory().numTensors;
    updateWeights({ variable, velocity }, gradient, options);
    assert.equal(tf.memory().numTensors, before, backend);
  }
});
