import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import { BatchNorm } from '#library/backend/ops/batchNormLayer';
import * as tf from '#library/backend/tf';
import { nameOf } from '#library/models/weights';
import { prunableWeights, TrainingState } from '#library/training/trainingState';

before(async () => {
  await useBackend({ backend: 'wasm-simd' });
});

function tinyModel(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden', units: 3, inputShape: [2] }),
      new BatchNorm({ name: 'norm' }),
      tf.layers.dense({ name: 'out', units: 2 }),
    ],
  });
}

const values = (model: tf.LayersModel, name: string) => [
  ...model.weights
    .find((weight) => nameOf(weight) === name)!
    .read()
    .dataSync(),
];

/** Gradients that are `value` everywhere. */
function constantGradients(state: TrainingState, value: number): Record<string, tf.Tensor> {
  return Object.fromEntries(state.variables.map((v) => [v.name, tf.fill(v.shape, value)]));
}

describe('TrainingState', () => {
  it('takes the Nesterov steps that plain arithmetic takes, under a mask', () => {
    const model = tinyModel();
    const state = new TrainingState(model, prunableWeights(model));
    const options = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
    let weights = values(model, 'hidden/kernel');
    let velocity = weights.map(() => 0);
    let mask = weights.map(() => 1);
    for (let step = 0; step < 6; step++) {
      if (step === 2) {
        mask = [0, 1, 1, 0, 1, 0];
        state.remask((all, name) =>
          name === 'hidden/kernel' ? Uint8Array.from(mask) : new Uint8Array(all.length).fill(1),
        );
      }
      const gradients = constantGradients(state, 0.5 - step);
      state.update(gradients, options);
      const g = weights.map((w, i) => mask[i]! * (0.5 - step) + 0.01 * w);
      velocity = velocity.map((v, i) => 0.9 * v + g[i]!);
      weights = weights.map((w, i) => w - 0.1 * (g[i]! + 0.9 * velocity[i]!));
    }
    values(model, 'hidden/kernel').forEach((value, i) => {
      assert.ok(Math.abs(value - mask[i]! * weights[i]!) < 1e-5, `weight ${i}`);
    });
    // All kept again: the masked weights come back with the values they were stored with.
    state.remask((all) => new Uint8Array(all.length).fill(1));
    values(model, 'hidden/kernel').forEach((value, i) => {
      assert.ok(Math.abs(value - weights[i]!) < 1e-5, `weight ${i} came back as ${value}`);
    });
  });

  it('decays all weights but those of batch norms', () => {
    const model = tinyModel();
    const state = new TrainingState(model, []);
    const before = { kernel: values(model, 'out/kernel'), gamma: values(model, 'norm/gamma') };
    state.update(constantGradients(state, 0), { learningRate: 1, momentum: 0, weightDecay: 0.5 });
    assert.deepEqual(values(model, 'norm/gamma'), before.gamma);
    values(model, 'out/kernel').forEach((value, i) => {
      assert.ok(Math.abs(value - before.kernel[i]! / 2) < 1e-6);
    });
  });

  it('restores a snapshot into a new model, masks and all', async () => {
    const [a, b] = [tinyModel(), tinyModel()];
    const [from, to] = [a, b].map((model) => new TrainingState(model, prunableWeights(model))) as [
      TrainingState,
      TrainingState,
    ];
    from.remask((weights) => weights.map((_, i) => i % 2) as unknown as Uint8Array);
    from.update(constantGradients(from, 1), { learningRate: 1, momentum: 0.9, weightDecay: 0 });
    to.restore((await from.snapshot())!, 'checkpoint.safetensors');
    assert.deepEqual(await to.snapshot(), await from.snapshot());
    for (const name of a.weights.map(nameOf)) assert.deepEqual(values(b, name), values(a, name));
  });

  it('gives no snapshot of numbers that are not finite', async () => {
    const model = tinyModel();
    const state = new TrainingState(model, []);
    state.update(constantGradients(state, Number.NaN), {
      learningRate: 1,
      momentum: 0,
      weightDecay: 0,
    });
    assert.equal(await state.snapshot(), undefined);
  });

  it('frees what it made', () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const state = new TrainingState(model, prunableWeights(model));
    state.remask((weights) => new Uint8Array(weights.length));
    state.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('prunableWeights', () => {
  it("takes all kernels but the classifier's, or all, or those that are named", () => {
    const model = tinyModel();
    assert.deepEqual(prunableWeights(model), ['hidden/kernel']);
    assert.deepEqual(prunableWeights(model, { classifier: true }), ['hidden/kernel', 'out/kernel']);
    assert.deepEqual(prunableWeights(model, { tensors: ['out/kernel'] }), ['out/kernel']);
    const ending = tf.sequential({ layers: [...model.layers, tf.layers.softmax()] });
    assert.deepEqual(prunableWeights(ending), ['hidden/kernel']);
    const linear = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    assert.throws(() => prunableWeights(linear), /pruning\.classifier: true/);
    assert.throws(
      () => prunableWeights(model, { tensors: ['conv9/kernel'] }),
      /'conv9\/kernel'.*hidden\/kernel/,
    );
  });
});
