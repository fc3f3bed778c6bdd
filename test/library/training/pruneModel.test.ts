import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { buildModel } from '#library/models/model';
import type { TrainedModel } from '#library/models/modelFolder';
import { type PruneModelOptions, pruneModel } from '#library/training/pruneModel';
import { OptionError, TrainingError } from '#statistics/errors';

const SHAPE = { imageShape: [8, 8, 3], numClasses: 3 } as const;
const build = () => buildModel({ name: 'small-cnn', depth: 1, width: 4 }, SHAPE, 1);
const kernelOf = (model: tf.LayersModel) => model.getLayer('conv1').getWeights()[0]!;
const magnitudes = (model: tf.LayersModel) => kernelOf(model).dataSync<'float32'>().map(Math.abs);

before(async () => {
  await useBackend();
});

describe('pruneModel', () => {
  it('makes the smallest weights of each kernel 0 and leaves the others', async () => {
    const model = await build();
    const whole = magnitudes(model);
    const masks = pruneModel(model, { sparsity: 0.75 });
    assert.deepEqual([...masks.keys()], ['conv1/kernel']);
    const median = whole.slice().sort()[(whole.length * 3) / 4]!;
    assert.deepEqual(
      magnitudes(model),
      whole.map((value) => (value < median ? 0 : value)),
    );
    const all = pruneModel(model, { sparsity: 0.75, classifier: true });
    assert.deepEqual([...all.keys()], ['conv1/kernel', 'logits/kernel']);
  });

  it('prunes at random where asked, the weights that are named', async () => {
    const model = await build();
    const masks = pruneModel(model, { sparsity: 0.5, method: 'random', tensors: ['conv1/kernel'] });
    assert.deepEqual([...masks.keys()], ['conv1/kernel']);
    const mask = masks.get('conv1/kernel')!.data as Uint8Array;
    assert.deepEqual([...magnitudes(model)].map(Math.sign), [...mask]);
    assert.equal(mask.filter((kept) => kept === 1).length, mask.length / 2);
  });

  it('names an option that it does not take, and weights that are NaN', async () => {
    const model = await build();
    const refused = (options: PruneModelOptions, message: RegExp) =>
      assert.throws(
        () => pruneModel(model, options),
        (error) => error instanceof OptionError && message.test(error.message),
      );
    refused({ sparsity: 1 }, /^sparsity: 1; expected 0 \(dense\) to below 1/);
    refused(
      { sparsity: 0.5, method: 'magnitud' as 'magnitude' },
      /^method: 'magnitud'; expected one of magnitude, random/,
    );
    refused({ sparsity: 0.5, tensors: ['fc'] }, /^tensors: 'fc' is no trainable weight/);
    const kernel = model.getLayer('conv1').weights[0]!;
    (kernel.read() as tf.Variable).assign(tf.fill(kernel.shape as number[], Number.NaN));
    assert.throws(
      () => pruneModel(model, { sparsity: 0.5 }),
      (error) => error instanceof TrainingError && /^conv1\/kernel holds NaN/.test(error.message),
    );
  });

  it('takes a trained model as well as its network', async () => {
    const [model, alone] = [await build(), await build()];
    const run = { spec: { sparsity: 0 } } as TrainedModel['run'];
    const masks = pruneModel({ model, run, masks: new Map() }, { sparsity: 0.75 });
    assert.deepEqual(masks, pruneModel(alone, { sparsity: 0.75 }));
    assert.deepEqual(magnitudes(model), magnitudes(alone));
  });
});
