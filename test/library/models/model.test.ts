import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import { softmaxCrossEntropy } from '#library/backend/ops/softmaxCrossEntropy';
import { variableGrads } from '#library/backend/ops/variableGrads';
import * as tf from '#library/backend/tf';
import { buildModel, copyModel } from '#library/models/model';
import type { ModelSpec } from '#library/models/modelSpec';
import { topologyOf } from '#library/models/topology';
import { OptionError } from '#statistics/errors';

const cifar = { imageShape: [32, 32, 3], numClasses: 10 } as const;
const imageNet = { imageShape: [224, 224, 3], numClasses: 1000 } as const;

const trainable = (model: tf.LayersModel) =>
  model.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
const weightsOf = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

before(async () => {
  await useBackend({ backend: 'wasm-simd' });
});

describe('buildModel', () => {
  // Published: Zagoruyko & Komodakis 2016, table 4; torchvision's resnet50.
  it('builds WRN-28-10 with its 36.5 million weights', async () => {
    const model = await buildModel({ name: 'wide-resnet', depth: 28, width: 10 }, cifar, 1);
    assert.equal((trainable(model) / 1e6).toFixed(1), '36.5');
    model.dispose();
  });

  it('builds WRN-40-4 with its 8.9 million weights', async () => {
    const model = await buildModel({ name: 'wide-resnet', depth: 40, width: 4 }, cifar, 1);
    assert.equal((trainable(model) / 1e6).toFixed(1), '8.9');
    model.dispose();
  });

  it('builds ResNet-50 with its 25,557,032 weights, and 7 × 7 at the last stage', async () => {
    const model = await buildModel({ name: 'resnet-50' }, imageNet, 1);
    assert.equal(trainable(model), 25_557_032);
    assert.deepEqual(model.getLayer('stage4/block3/relu').outputShape, [null, 7, 7, 2048]);
    model.dispose();
  });

  it('builds a small CNN of any depth, with 4 × 4 pixels from the third pooling on', async () => {
    const model = await buildModel({ name: 'small-cnn', depth: 4 }, cifar, 1);
    const kernels = 9 * (3 * 16 + 16 * 32 + 32 * 64 + 64 * 128) + 128 * 10;
    assert.equal(trainable(model), kernels + 10 + 2 * (16 + 32 + 64 + 128));
    assert.deepEqual(model.getLayer('conv4/norm').outputShape, [null, 4, 4, 128]);
    model.dispose();
  });

  it('builds the network of airbench with the weights that its channels give', async () => {
    const model = await buildModel({ name: 'airbench' }, cifar, 1);
    const [stem, a, b] = [24, 32, 128];
    const kernels = 3 * stem + stem * a + a * a + a * b + 3 * b * b;
    assert.equal(trainable(model), 9 * kernels + 2 * (stem + 2 * a + 4 * b) + 10 * b + 10);
    assert.equal(model.countParams(), 499_698);
    assert.deepEqual(model.getLayer('group3/norm2').outputShape, [null, 4, 4, 128]);
    model.dispose();
  });

  it('falls along the gradient of the network of airbench as fast as the gradient says', async () => {
    const shape = { imageShape: [8, 8, 3], numClasses: 3 } as const;
    const model = await buildModel({ name: 'airbench', stem: 4, widths: [4, 6, 8] }, shape, 2);
    const images = tf.randomNormal<tf.Rank.R4>([6, 8, 8, 3], 0, 1, 'float32', 4);
    const labels = tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32');
    const loss = () =>
      softmaxCrossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = variableGrads(loss, variables);
    const slopes = variables.map(({ name }) => grads[name]!);
    const squares = slopes.map((slope) => slope.square().sum().dataSync()[0]!);
    const steepness = Math.sqrt(squares.reduce((a, b) => a + b));
    const move = (length: number) =>
      variables.forEach((variable, i) => {
        variable.assign(variable.add(slopes[i]!.mul(length / steepness)));
      });
    const lossAfter = (length: number) => {
      move(length);
      return loss().dataSync()[0]!;
    };
    const step = 2e-4;
    const change = (lossAfter(step) - lossAfter(-2 * step)) / (2 * step);
    assert.ok(steepness > 0.1, `a gradient of ${steepness}`);
    assert.ok(Math.abs(change / steepness - 1) < 0.02, `${change} is not ${steepness}`);
    model.dispose();
  });

  it('initialises as told', async () => {
    const spread = async (init: 'heNormal' | 'glorotUniform' | 'authors') => {
      const model = await buildModel({ name: 'airbench', init }, cifar, 3);
      const [kernel, classifier] = ['group3/conv2', 'logits'].map(
        (name) => model.getLayer(name).getWeights()[0]!,
      );
      const variance = (x: tf.Tensor) => tf.moments(x).variance.dataSync()[0]!;
      const largest = tf.max(tf.abs(kernel!)).dataSync()[0]!;
      const spreads = { kernel: variance(kernel!), classifier: variance(classifier!), largest };
      model.dispose();
      return spreads;
    };
    const fan = 9 * 128;
    const near = (actual: number, expected: number, tolerance: number) =>
      assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual} is not ${expected}`);
    const uniform = await spread('glorotUniform');
    near(uniform.kernel, 1 / fan, 0.02);
    near(uniform.largest, Math.sqrt(3 / fan), 0.001);
    // 1,280 numbers: the deviation of a variance is 4%.
    const authors = await spread('authors');
    near(authors.kernel, 1 / fan, 0.02);
    near(authors.classifier, 1e-4, 0.16);
    const he = await spread('heNormal');
    // Less the tails beyond two deviations.
    near(he.kernel, (2 / fan) * 0.774, 0.02);
  });

  it('repeats the inputs of a convolution in its first outputs', async () => {
    const model = await buildModel({ name: 'airbench', init: 'dirac' }, cifar, 3);
    const kernel = model.getLayer('group1/conv1').getWeights()[0] as tf.Tensor4D;
    const inputs = tf.randomNormal([2, 5, 5, 24], 0, 1, 'float32', 7) as tf.Tensor4D;
    const outputs = tf.conv2d(inputs, kernel, 1, 'same');
    const repeated = outputs.slice([0, 0, 0, 0], [2, 5, 5, 24]);
    assert.deepEqual(repeated.dataSync(), inputs.dataSync());
    const drawn = tf.moments(kernel.slice([0, 0, 0, 24], [3, 3, 24, 8])).variance.dataSync()[0]!;
    // 1,728 numbers: the deviation of a variance is 3.4%.
    assert.ok(Math.abs(drawn / ((2 / (9 * 24)) * 0.774) - 1) < 0.14, `${drawn}`);
    model.dispose();
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const spec: ModelSpec = { name: 'small-cnn' };
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => buildModel(spec, cifar, seed)));
    assert.deepEqual(weightsOf(a!), weightsOf(b!));
    assert.notDeepEqual(weightsOf(a!), weightsOf(c!));
  });

  it('draws He-normal kernels: variance 2 / fan-in, less the tails beyond two deviations', async () => {
    const model = await buildModel({ name: 'wide-resnet', depth: 16, width: 4 }, cifar, 3);
    const kernel = model.getLayer('group3/block2/conv2').getWeights()[0]!;
    const { variance } = tf.moments(kernel);
    // 1 − 4 φ(2) / (2 Φ(2) − 1), the variance of a standard normal cut at ±2.
    const expected = (2 / (3 * 3 * 256)) * 0.77374;
    assert.ok(Math.abs(variance.dataSync()[0]! / expected - 1) < 0.02);
  });

  it("draws anew a user's own topology, also one that went through JSON", async () => {
    const own = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [32, 32, 3] }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    const topology = JSON.parse(JSON.stringify(topologyOf(own)));
    const [a, b] = await Promise.all(
      [5, 5].map((seed) => buildModel({ name: 'topology', topology }, cifar, seed)),
    );
    assert.deepEqual(weightsOf(a!), weightsOf(b!));
    assert.notDeepEqual(weightsOf(a!), weightsOf(own));
  });

  it('names what does not fit', async () => {
    const refused = (spec: unknown, message: RegExp) =>
      assert.rejects(buildModel(spec as ModelSpec, cifar, 1), (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      { name: 'vgg' },
      /'vgg'; expected one of small-cnn, wide-resnet, airbench, resnet-50/,
    );
    await refused({ name: 'small-cnn', depth: 0 }, /^model\.depth: 0; expected a whole number/);
    await refused({ name: 'wide-resnet', depth: 17 }, /^model\.depth: 17; expected 6n \+ 4/);
    const own = tf.sequential({ layers: [tf.layers.dense({ units: 10, inputShape: [784] })] });
    await refused(
      { name: 'topology', topology: topologyOf(own) },
      /takes \[,784\]|takes \[.*784\]/,
    );
    const nine = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [32, 32, 3] }), tf.layers.dense({ units: 9 })],
    });
    await refused({ name: 'topology', topology: topologyOf(nine) }, /has 10 classes/);
  });
});

describe('copyModel', () => {
  for (const [title, ending] of [
    ['a dense layer with softmax', [tf.layers.dense({ units: 10, activation: 'softmax' })]],
    ['a softmax layer', [tf.layers.dense({ units: 10 }), tf.layers.softmax()]],
    [
      'an activation layer',
      [tf.layers.dense({ units: 10 }), tf.layers.activation({ activation: 'softmax' })],
    ],
  ] as const)
    it(`keeps the weights and takes the softmax off ${title}`, async () => {
      const own = tf.sequential({
        layers: [tf.layers.flatten({ inputShape: [32, 32, 3] }), ...ending],
      });
      const copy = await copyModel(own, cifar);
      const x = tf.randomNormal([4, 32, 32, 3], 0, 1, 'float32', 1);
      const expected = (own.predict(x) as tf.Tensor).dataSync();
      const logits = copy.predict(x) as tf.Tensor2D;
      const actual = logits.softmax().dataSync();
      actual.forEach((value, i) => {
        assert.ok(Math.abs(value - expected[i]!) < 1e-6);
      });
      assert.ok(Math.abs(logits.sum(1).dataSync()[0]! - 1) > 1e-3, 'logits, not probabilities');
    });
});
