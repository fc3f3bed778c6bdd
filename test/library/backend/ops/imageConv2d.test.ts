import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '#library/backend/backend';
import { ImageConv2D } from '#library/backend/ops/imageConv2d';
import * as tf from '#library/backend/tf';

const args: ConstructorParameters<typeof ImageConv2D>[0] = {
  inputShape: [7, 6, 3],
  filters: 5,
  kernelSize: 3,
  strides: 2,
  padding: 'same',
  kernelInitializer: tf.initializers.heNormal({ seed: 3 }),
};

test("output and gradient are those of tfjs's own layer, and no gradient of the images is computed", async () => {
  await useBackend({ backend: 'wasm-simd' });
  const images = tf.randomNormal([2, 7, 6, 3], 0, 1, 'float32', 1);
  const results = [];
  for (const layer of [
    new ImageConv2D({ ...args }),
    tf.layers.conv2d({ ...args, useBias: false }),
  ]) {
    const model = tf.sequential({ layers: [layer] });
    const kernel = model.trainableWeights[0]!.read() as tf.Variable;
    const { value, grads } = tf.variableGrads(
      () => (model.apply(images) as tf.Tensor).square().sum().asScalar(),
      [kernel],
    );
    const profile = await tf.profile(() => {
      tf.variableGrads(
        () => (model.apply(images) as tf.Tensor).square().sum().asScalar(),
        [kernel],
      );
    });
    results.push({
      value: value.dataSync(),
      gradient: grads[kernel.name]!.dataSync(),
      inputGradients: profile.kernels.filter(({ name }) => name === 'Conv2DBackpropInput').length,
    });
  }
  const [ours, theirs] = results;
  assert.deepEqual(ours!.value, theirs!.value);
  assert.deepEqual(ours!.gradient, theirs!.gradient);
  assert.deepEqual([ours!.inputGradients, theirs!.inputGradients], [0, 1]);
});

test('it comes back from a configuration as itself', () => {
  const layer = new ImageConv2D({ ...args });
  const config = JSON.parse(JSON.stringify(layer.getConfig()));
  const copy = ImageConv2D.fromConfig(ImageConv2D, config);
  assert.ok(copy instanceof ImageConv2D);
  assert.deepEqual(copy.getConfig(), layer.getConfig());
});
