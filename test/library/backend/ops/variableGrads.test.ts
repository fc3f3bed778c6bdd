import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '#library/backend/backend';
import { variableGrads } from '#library/backend/ops/variableGrads';
import * as tf from '#library/backend/tf';

const x = tf.randomNormal([4, 6], 0, 1, 'float32', 1);
const parameters = [2, 3].map((seed) =>
  tf.variable(tf.randomNormal([6, 6], 0, 1, 'float32', seed)),
);
const [a, b] = parameters as [tf.Variable, tf.Variable];

/** Gives one gradient, as the same tensor, to both of its inputs. */
const sum = tf.customGrad((p, q, _save) => ({
  value: (p as tf.Tensor).add(q as tf.Tensor),
  gradFunc: (dy) => [dy as tf.Tensor, dy as tf.Tensor],
}));

const losses: Record<string, () => tf.Tensor> = {
  'a chain of ops': () => x.matMul(a).relu().matMul(b).softmax(),
  'a tensor used twice': () => {
    const y = x.matMul(a).relu();
    return y.mul(y.matMul(b)).add(y);
  },
  'a gradient passed on': () => sum(sum(x.matMul(a), x.matMul(b)), x.matMul(a).square()),
  'a variable that is not used': () => x.matMul(a),
};

for (const [what, loss] of Object.entries(losses))
  test(`the gradients are those of tf.variableGrads: ${what}`, async () => {
    await useBackend({ backend: 'wasm-simd' });
    const f = () => loss().square().mean().asScalar();
    const before = tf.memory().numTensors;
    const ours = variableGrads(f, parameters);
    const theirs = tf.variableGrads(f, parameters);
    assert.deepEqual(ours.value.dataSync(), theirs.value.dataSync());
    assert.deepEqual(Object.keys(ours.grads), Object.keys(theirs.grads));
    for (const name of Object.keys(theirs.grads))
      assert.deepEqual(ours.grads[name]?.dataSync(), theirs.grads[name]?.dataSync(), name);
    tf.dispose([ours, theirs]);
    assert.equal(tf.memory().numTensors, before);
  });

test('a long chain needs less memory at its peak', async () => {
  await useBackend({ backend: 'wasm-simd' });
  const f = () => {
    let y: tf.Tensor = x;
    for (let i = 0; i < 20; i++) y = y.matMul(a).tanh();
    return y.mean().asScalar();
  };
  const peak = async (grads: typeof variableGrads) =>
    (await tf.profile(() => void tf.tidy(() => void grads(f, [a])))).peakBytes;
  assert.ok((await peak(variableGrads)) < 0.85 * (await peak(tf.variableGrads)));
});
