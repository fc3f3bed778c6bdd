import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { foldBatchNorms } from '#library/models/foldBatchNorms';
import { buildModel } from '#library/models/model';
import type { ModelSpec } from '#library/models/modelSpec';

const shape = { imageShape: [32, 32, 3], numClasses: 7 } as const;

/** How many of a network's batch norms follow nothing but a convolution. */
const cases: [ModelSpec, folded: number, left: number][] = [
  [{ name: 'small-cnn', width: 4 }, 3, 0],
  [{ name: 'wide-resnet', depth: 10 }, 3, 4],
  [{ name: 'resnet-50' }, 53, 0],
];

for (const [spec, folded, left] of cases)
  test(`${spec.name} gives the same logits with ${folded} batch norms folded`, async () => {
    await useBackend({ backend: 'wasm-simd' });
    const model = await buildModel(spec, shape, 1);
    const images = tf.randomNormal([2, 32, 32, 3], 0, 1, 'float32', 2);
    // Weights and averages as a training leaves them, not those of a new batch norm.
    for (const [i, layer] of model.layers.entries())
      if (layer.getClassName() === 'BatchNorm')
        layer.setWeights(
          layer
            .getWeights()
            .map((weight, k) => tf.randomUniform(weight.shape, 0.5, 1.5, 'float32', 4 * i + k)),
        );
    const evaluated = await foldBatchNorms(model);
    const count = (model: tf.LayersModel) =>
      model.layers.filter((layer) => layer.getClassName() === 'BatchNorm').length;
    assert.deepEqual([count(model), count(evaluated)], [folded + left, left]);
    const [expected, actual] = [model, evaluated].map((model) =>
      (model.apply(images) as tf.Tensor).dataSync(),
    );
    const scale = Math.max(...expected!.map(Math.abs));
    for (const [i, x] of expected!.entries())
      assert.ok(Math.abs(actual![i]! - x) < 1e-4 * scale, `${actual![i]} is not ${x}`);
  });

test('a convolution that something else uses too keeps its batch norm beside it', async () => {
  await useBackend({ backend: 'wasm-simd' });
  const { BatchNorm } = await import('#library/backend/ops/batchNormLayer');
  const input = tf.input({ shape: [4, 4, 2] });
  const conv = tf.layers.conv2d({ filters: 3, kernelSize: 1 }).apply(input) as tf.SymbolicTensor;
  const norm = new BatchNorm().apply(conv) as tf.SymbolicTensor;
  const model = tf.model({
    inputs: input,
    outputs: tf.layers.add().apply([conv, norm]) as tf.SymbolicTensor,
  });
  assert.equal((await foldBatchNorms(model)).layers.length, model.layers.length);
});
