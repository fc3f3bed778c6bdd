import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { ImageDataset } from '#library/datasets/imageDataset';
import { predict } from '#library/evaluation/predict';
import { predictAll } from '#library/evaluation/predictAll';
import type { TrainedModel } from '#library/models/modelFolder';
import { EvaluationError, OptionError } from '#statistics/errors';

/** Images of one row whose pixels are the logits that the models below give back. */
const LOGITS = [
  [5, 1, 2, 3, 4, 0],
  [0, 1, 2, 9, 4, 5],
  [1, 2, 3, 4, 5, 6],
];
const data = new ImageDataset({
  name: 'logits',
  classNames: ['a', 'b', 'c', 'd', 'e', 'f'],
  imageShape: [1, 1, 6],
  hash: 'none',
  size: 3,
  async *examples() {
    for (const [id, logits] of LOGITS.entries())
      yield {
        id,
        label: [0, 5, 1][id]!,
        image: () => Promise.reject(new Error('unused')),
        pixels: () => Float32Array.from(logits),
      };
  },
});

function identity(units: number, activation?: 'softmax'): tf.LayersModel {
  const input = tf.input({ shape: [1, 1, 6] });
  const logits = tf.layers.flatten().apply(input) as tf.SymbolicTensor;
  const flat = activation
    ? (tf.layers.activation({ activation }).apply(logits) as tf.SymbolicTensor)
    : logits;
  if (units === 6) return tf.model({ inputs: input, outputs: flat });
  const dense = tf.layers.dense({ units }).apply(flat) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: dense });
}

/** The error of a prediction that the tests stop. */
function wasStopped(error: Error): boolean {
  return error instanceof EvaluationError && (error.cause as Error).message === 'enough';
}

before(async () => {
  await useBackend();
});

describe('predict', () => {
  it('gives classes best first with the softmax maximum', async () => {
    const { predictedClass, top5, confidence, trueClass } = await predict(identity(6), data);
    assert.deepEqual([...trueClass], [0, 5, 1]);
    assert.deepEqual([...predictedClass], [0, 3, 5]);
    assert.deepEqual([...top5], [0, 4, 3, 2, 1, 3, 5, 4, 2, 1, 5, 4, 3, 2, 1]);
    const total = LOGITS[0]!.reduce((sum, logit) => sum + Math.exp(logit), 0);
    assert.ok(Math.abs(confidence[0]! - Math.exp(5) / total) < 1e-6);
  });

  it('stops between two batches when told to by what happens meanwhile', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('enough')));
    let images = 0;
    const options = { batchSize: 1, signal: controller.signal };
    await assert.rejects(
      predict(identity(6), data, { ...options, onProgress: (now) => (images = now.images) }),
      wasStopped,
    );
    assert.ok(images < LOGITS.length);
  });

  it('passes over classes that are no candidates', async () => {
    const { predictedClass, top5, confidence } = await predict(
      identity(6),
      data.restrictTo([0, 1, 5]),
    );
    assert.deepEqual([...predictedClass], [0, 5, 5]);
    assert.deepEqual([...top5], [0, 1, 5, 5, 1, 0, 5, 1, 0]);
    const total = [5, 1, 0].reduce((sum, logit) => sum + Math.exp(logit), 0);
    assert.ok(Math.abs(confidence[0]! - Math.exp(5) / total) < 1e-6);
  });

  it('makes each batch once for several models, and tells how far it is', async () => {
    const counts: number[] = [];
    const before = tf.memory().numTensors;
    const model = identity(6);
    const both = await predictAll([model, model], data, {
      batchSize: 2,
      onImages: (count) => counts.push(count),
    });
    assert.deepEqual(counts, [2, 1]);
    assert.deepEqual(both[0], both[1]);
    assert.deepEqual(both[0], await predict(model, data));
    assert.equal(tf.memory().numTensors, before);
  });

  it('gives the same confidences for a network that ends in a softmax', async () => {
    const [logits, probabilities] = [identity(6), identity(6, 'softmax')];
    const { confidence, predictedClass } = await predict(probabilities, data);
    const expected = await predict(logits, data);
    assert.deepEqual(predictedClass, expected.predictedClass);
    assert.deepEqual(confidence, expected.confidence);
  });

  it('takes a trained model, whose variant it tells, or a network by itself', async () => {
    const model = identity(6);
    const run = { spec: { sparsity: 0.5 } } as TrainedModel['run'];
    const trained = await predict({ model, masks: new Map(), run }, data);
    const alone = await predict(model, data);
    assert.deepEqual([trained.variant, trained.sparsity], ['pruned 0.5', 0.5]);
    assert.deepEqual([alone.variant, alone.sparsity], [model.name, Number.NaN]);
    assert.deepEqual(trained.predictedClass, alone.predictedClass);
    assert.deepEqual(trained.classNames, data.classNames);
  });

  it('refuses a model with other classes, and stops when told to', async () => {
    await assert.rejects(predict(identity(4), data), (error: Error) => {
      assert.ok(error instanceof OptionError);
      assert.match(error.message, /gives \[,4\], the data set has 6 classes: expected \[n, 6\]/);
      return true;
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(predict(identity(6), data, { signal }), wasStopped);
  });
});
