import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { renumbered } from '#library/models/renumbered';
import { resNet50 } from '#library/models/resNet50';
import { smallCnn } from '#library/models/smallCnn';
import { fromTopology, topologyOf } from '#library/models/topology';
import { wideResNet } from '#library/models/wideResNet';

const SHAPE = { imageShape: [32, 32, 3], numClasses: 10 } as const;

/** As a user writes it who names nothing. */
function sequential(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 3] }),
      tf.layers.batchNormalization(),
      tf.layers.conv2d({ filters: 2, kernelSize: 3 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4 }),
    ],
  });
}

/** Two branches, one of them a model in itself. */
function functional(): tf.LayersModel {
  const input = tf.input({ shape: [8, 8, 3] });
  const inner = sequential().apply(input) as tf.SymbolicTensor;
  const flat = tf.layers.flatten().apply(input) as tf.SymbolicTensor;
  const other = tf.layers.dense({ units: 4, name: 'dense3' }).apply(flat) as tf.SymbolicTensor;
  const outputs = tf.layers.add().apply([inner, other]) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs });
}

/** Begins where a sequential model begins. */
function onInput(): tf.LayersModel {
  const { inputs, outputs } = sequential();
  return tf.model({ inputs, outputs });
}

before(async () => {
  await useBackend();
});

describe('renumbered', () => {
  for (const build of [sequential, functional, onInput])
    it(`makes the same of a ${build.name} model, however many were built before`, async () => {
      const [a, b] = [build(), build()];
      const [first, second] = [a, b].map((model) => renumbered(topologyOf(model)));
      assert.notDeepEqual(topologyOf(a), topologyOf(b));
      assert.deepEqual(first, second);
      const images = tf.randomNormal([2, 8, 8, 3], 0, 1, 'float32', 1);
      const copy = await fromTopology(first!);
      copy.setWeights(a.getWeights());
      const [given, copied] = [a, copy].map((model) => model.predict(images) as tf.Tensor);
      assert.deepEqual(copied!.dataSync(), given!.dataSync());
    });

  it('leaves alone whatever has a name', () => {
    const own = tf.sequential({
      name: 'model_3',
      layers: ['dense3', 'block_A1', 'input2', 'Dense4'].map((name) =>
        tf.layers.dense({ units: 4, name, ...(name === 'dense3' && { inputShape: [4] }) }),
      ),
    });
    const named = [own, smallCnn(SHAPE), wideResNet(SHAPE, {}), resNet50(SHAPE)];
    for (const model of named) assert.deepEqual(renumbered(topologyOf(model)), topologyOf(model));
  });
});
