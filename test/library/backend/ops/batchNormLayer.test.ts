import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBackend } from '#library/backend/backend';
import { BatchNorm } from '#library/backend/ops/batchNormLayer';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import { assertClose, normal } from '../compare';

const random = randomFrom(7, 'layer');
const input = normal([6, 5, 5, 3], random);
const values = (tensor: tf.Tensor) => ({
  shape: tensor.shape,
  data: tensor.dataSync() as Float32Array,
});

test("training, moving averages and evaluation are those of tfjs's own layer", async () => {
  await useBackend({ backend: 'wasm-simd' });
  const config = { inputShape: [5, 5, 3], momentum: 0.9, epsilon: 1e-5 };
  const models = [new BatchNorm(config), tf.layers.batchNormalization(config)].map((layer) =>
    tf.sequential({ layers: [layer] }),
  ) as [tf.Sequential, tf.Sequential];
  const x = tf.tensor4d(input.data, [6, 5, 5, 3]);
  for (const training of [true, true, false]) {
    const [ours, theirs] = models.map((model) => values(model.apply(x, { training }) as tf.Tensor));
    assertClose(ours!, theirs!, training ? 'training' : 'evaluation');
  }
  const [ours, theirs] = models.map((model) => model.getWeights().map(values));
  assert.equal(ours!.length, 4);
  for (const [i, weight] of ours!.entries()) assertClose(weight, theirs![i]!, `weight ${i}`);
});

test('a model with the layer can be saved and loaded', async () => {
  await useBackend({ backend: 'wasm-simd' });
  const model = tf.sequential({
    layers: [new BatchNorm({ inputShape: [5, 5, 3], activation: 'relu', momentum: 0.8 })],
  });
  const x = tf.tensor4d(input.data, [6, 5, 5, 3]);
  model.apply(x, { training: true });
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
  assert.deepEqual(loaded.layers[0]!.getConfig(), model.layers[0]!.getConfig());
  assert.deepEqual(values(loaded.apply(x) as tf.Tensor), values(model.apply(x) as tf.Tensor));
});
