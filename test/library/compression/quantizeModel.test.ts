import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { type QuantizeModelOptions, quantizeModel } from '#library/compression/quantizeModel';
import { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { predict } from '#library/evaluation/predict';
import { buildModel } from '#library/models/model';
import { loadModel, saveModel, type TrainedModel } from '#library/models/modelFolder';
import { nameOf } from '#library/models/weights';
import { trainPruned } from '#library/training/trainPruned';
import { OptionError } from '#statistics/errors';
import { randomFrom } from '#statistics/random';

/** What ONNX Runtime gives; golden/make.py makes it. */
interface Golden {
  readonly calibration: number[];
  readonly images: number[];
  readonly layers: Record<string, { kernel: [number[], number[]]; bias: number[] }>;
  readonly float32: number[];
  readonly weights: Record<string, Record<string, number[]>>;
  readonly float16: Record<string, number[]>;
  readonly static: Record<
    string,
    {
      quantizers: Record<string, [number, number]>;
      biases: Record<string, number[]>;
      logits: number[];
    }
  >;
  readonly activation: { scale: number; zeroPoint: number; x: number[]; y: number[] };
}

const golden: Golden = JSON.parse(
  readFileSync(
    join(__dirname, '../../../../test/library/compression/golden/quantized.json'),
    'utf8',
  ),
);

const SHAPE = [8, 8, 2] as const;
const CLASSES = 5;

/** The network of golden/make.py. */
function goldenModel(): tf.LayersModel {
  const weightsOf = (name: string) => {
    const { kernel, bias } = golden.layers[name]!;
    return [tf.tensor(kernel[1], kernel[0]), tf.tensor(bias)];
  };
  const input = tf.input({ shape: [...SHAPE], name: 'image' });
  const conv = (name: string, filters: number, kernelSize: number, activation: 'relu' | 'linear') =>
    tf.layers.conv2d({ name, filters, kernelSize, padding: 'same', activation });
  let x = conv('conv1', 4, 3, 'relu').apply(input) as tf.SymbolicTensor;
  x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as tf.SymbolicTensor;
  x = tf.layers
    .depthwiseConv2d({ name: 'depthwise', kernelSize: 3, padding: 'same' })
    .apply(x) as tf.SymbolicTensor;
  // A ReLU of its own is one operation with the convolution before it.
  x = tf.layers.activation({ name: 'relu', activation: 'relu' }).apply(x) as tf.SymbolicTensor;
  x = conv('conv2', 6, 1, 'linear').apply(x) as tf.SymbolicTensor;
  x = tf.layers
    .globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' })
    .apply(x) as tf.SymbolicTensor;
  const logits = tf.layers.dense({ name: 'logits', units: CLASSES }).apply(x) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: logits });
  for (const name of Object.keys(golden.layers)) model.getLayer(name).setWeights(weightsOf(name));
  return model;
}

function goldenImages(values: readonly number[]): ImageDataset {
  const stride = SHAPE.reduce((a, b) => a * b, 1);
  const size = values.length / stride;
  return new ImageDataset({
    name: 'golden',
    classNames: Array.from({ length: CLASSES }, (_, c) => `class ${c}`),
    imageShape: SHAPE,
    hash: 'golden',
    size,
    async *examples() {
      for (let id = 0; id < size; id++)
        yield {
          ...{ id, label: id % CLASSES },
          image: () => assert.fail('not a picture'),
          pixels: () =>
            Float32Array.from(values.slice(id * stride, (id + 1) * stride), (x) => x / 64),
        };
    },
  });
}

function logitsOf(model: tf.LayersModel): Float32Array {
  const images = Float32Array.from(golden.images, (x) => x / 64);
  const size = images.length / SHAPE.reduce((a, b) => a * b, 1);
  return tf.tidy(() => {
    const logits = model.predict(tf.tensor4d(images, [size, ...SHAPE])) as tf.Tensor;
    return logits.dataSync<'float32'>();
  });
}

function weightsOf(model: tf.LayersModel, layer: string): Float32Array[] {
  return model
    .getLayer(layer)
    .getWeights()
    .map((weight) => weight.dataSync<'float32'>());
}

describe('quantizeModel', () => {
  before(() => useBackend({ backend: 'wasm-simd' }));

  it('computes the golden network as ONNX Runtime does, before quantization', () => {
    logitsOf(goldenModel()).forEach((x, i) => {
      assert.ok(Math.abs(x - golden.float32[i]!) < 1e-5, `${x} is not ${golden.float32[i]}`);
    });
  });

  for (const weights of ['int8', 'int4'] as const)
    for (const perChannel of [true, false])
      it(`gives weights of ${weights} ${perChannel ? 'per channel' : 'per tensor'} as ONNX Runtime does`, async () => {
        const { model } = await quantizeModel(goldenModel(), { weights, perChannel });
        const expected = golden.weights[`${weights} ${perChannel ? 'per channel' : 'per tensor'}`]!;
        for (const [name, values] of Object.entries(expected)) {
          const [kernel, bias] = weightsOf(model, name);
          assert.deepEqual([...kernel!], [...Float32Array.from(values)], name);
          assert.deepEqual([...bias!], [...Float32Array.from(golden.layers[name]!.bias)], name);
        }
      });

  it('rounds weights to float16 as numpy does', async () => {
    const { model } = await quantizeModel(goldenModel(), { weights: 'float16' });
    for (const [name, values] of Object.entries(golden.float16))
      assert.deepEqual([...weightsOf(model, name)[0]!], [...Float32Array.from(values)], name);
  });

  for (const granularity of ['per channel', 'per tensor'])
    it(`quantizes activations as ONNX Runtime does, ${granularity}`, async () => {
      const { model } = await quantizeModel(goldenModel(), {
        ...{ weights: 'int8', activations: 'int8', perChannel: granularity === 'per channel' },
        calibration: goldenImages(golden.calibration),
      });
      const { quantizers, biases, logits } = golden.static[granularity]!;
      const layerOf = { image: 'image', conv1: 'conv1', depthwise: 'relu', conv2: 'conv2' };
      for (const [name, [scale, zeroPoint]] of Object.entries(quantizers)) {
        const layer = `${layerOf[name as keyof typeof layerOf] ?? name}/quantize`;
        const config = model.getLayer(layer).getConfig();
        assert.ok(Math.abs((config.scale as number) / scale - 1) < 1e-6, layer);
        assert.equal(config.zeroPoint, zeroPoint, layer);
      }
      for (const [name, expected] of Object.entries(biases))
        weightsOf(model, name)[1]!.forEach((bias, i) => {
          // A step is 2e-5 or more.
          assert.ok(Math.abs(bias - expected[i]!) < 1e-6, `${name}: ${bias}, ${expected[i]}`);
        });
      const [step] = quantizers.logits!;
      const steps = Array.from(logitsOf(model), (x, i) => Math.abs(x - logits[i]!) / step);
      // Sums in another order may put a value on the other side of a half.
      assert.ok(Math.max(...steps) < 1.01, `${Math.max(...steps)} steps apart`);
      const same = steps.filter((apart) => apart < 1e-3).length;
      assert.ok(same >= 0.9 * steps.length, `${same} of ${steps.length} are the same`);
    });

  it('rounds halves to even and stops at both ends, as ONNX Runtime does', async () => {
    const { FakeQuantize } = await import('#library/backend/ops/fakeQuantizeLayer');
    const { scale, zeroPoint, x, y } = golden.activation;
    const layer = new FakeQuantize({ scale, zeroPoint });
    const values = (layer.apply(tf.tensor(x)) as tf.Tensor).dataSync();
    assert.deepEqual(
      Array.from(values, (value) => value + 0),
      y,
    );
  });

  it('changes nothing more when it quantizes a quantized network', async () => {
    for (const weights of ['int8', 'int4', 'float16'] as const) {
      const { model } = await quantizeModel(goldenModel(), { weights });
      const again = await quantizeModel(model, { weights });
      for (const name of Object.keys(golden.layers))
        weightsOf(again.model, name).forEach((values, k) => {
          const before = weightsOf(model, name)[k]!;
          values.forEach((x, i) => {
            assert.ok(
              Math.abs(x - before[i]!) <= 1e-6 * Math.abs(before[i]!),
              `${weights} ${name}`,
            );
          });
        });
    }
  });

  it('tells the size in bytes', async () => {
    const size = async (options: QuantizeModelOptions) => {
      const { quantization } = await quantizeModel(goldenModel(), options);
      return [quantization.bytes, quantization.float32Bytes];
    };
    const [kernels, channels, biases] = [72 + 36 + 24 + 30, 4 + 4 + 6 + 5, 4 + 4 + 6 + 5];
    const float32 = 4 * (kernels + biases);
    assert.deepEqual(await size({ weights: 'int8' }), [
      kernels + 4 * channels + 4 * biases,
      float32,
    ]);
    assert.deepEqual(await size({ weights: 'int4', perChannel: false }), [
      kernels / 2 + 4 * 4 + 4 * biases,
      float32,
    ]);
    assert.deepEqual(await size({ weights: 'float16' }), [float32 / 2, float32]);
    const calibration = goldenImages(golden.calibration);
    assert.deepEqual(await size({ weights: 'int8', activations: 'int8', calibration }), [
      kernels + 4 * channels + 4 * biases + 5 * 6,
      float32,
    ]);
  });

  it('folds batch norms and keeps those of a residual network', async () => {
    const model = await buildModel(
      { name: 'wide-resnet', depth: 10 },
      { imageShape: SHAPE, numClasses: CLASSES },
      1,
    );
    const { model: quantized, quantization } = await quantizeModel(model, {
      ...{ weights: 'int8', activations: 'int8' },
      calibration: goldenImages(golden.calibration),
    });
    const norms = quantized.layers.filter((layer) => layer.getClassName() === 'BatchNorm');
    assert.deepEqual(
      quantization.unfolded,
      norms.map(({ name }) => name),
    );
    const count = (className: string) =>
      quantized.layers.filter((layer) => layer.getClassName() === className).length;
    assert.equal(count('BatchNorm'), 4);
    const data = goldenImages(golden.images);
    const [a, b] = [await predict(model, data), await predict(quantized, data)];
    const largest = Math.max(...a.confidence.map((x, i) => Math.abs(x - b.confidence[i]!)));
    assert.ok(largest > 0 && largest < 0.1, `confidences differ by ${largest}`);
  });

  describe('on a trained network', () => {
    let trained: TrainedModel;
    const data = blobs(400);

    before(async () => {
      trained = await trainPruned({
        ...{ data, model: { name: 'small-cnn', width: 4 }, sparsity: 0.5, seed: 1, epochs: 8 },
        ...{ batchSize: 16, learningRate: 1, augment: false, onProgress: () => {} },
      });
    });

    it('keeps what is pruned at zero, and the labels of nearly all images', async () => {
      const expected = (await predict(trained, data)).predictedClass;
      const right = expected.filter((c, i) => c === i % CLASSES).length;
      assert.ok(right > 350, `${right} of 400 right`);
      for (const [options, most] of [
        [{ weights: 'float16' }, 2],
        [{ weights: 'int8' }, 4],
        [{ weights: 'int8', activations: 'int8', calibration: data.take(64) }, 20],
        [{ weights: 'int4' }, 60],
      ] as const) {
        const quantized = await quantizeModel(trained, options);
        const labels = (await predict(quantized, data)).predictedClass;
        const changed = labels.filter((c, i) => c !== expected[i]).length;
        assert.ok(changed <= most, `${options.weights}: ${changed} labels changed`);
        for (const weight of quantized.model.weights) {
          const mask = trained.masks.get(nameOf(weight))?.data;
          if (!mask) continue;
          const values = weight.read().dataSync();
          assert.ok(
            mask.every((kept, i) => kept === 1 || values[i] === 0),
            nameOf(weight),
          );
        }
      }
    });

    it('leaves the network as it was, and comes back from a folder', async () => {
      const before = trained.model.getWeights().map((weight) => weight.dataSync().slice());
      const quantized = await quantizeModel(trained, {
        ...{ weights: 'int8', activations: 'int8', calibration: data.take(64) },
      });
      trained.model.getWeights().forEach((weight, i) => {
        assert.deepEqual(weight.dataSync(), before[i]);
      });
      const folder = await mkdtemp(join(tmpdir(), 'quantized-'));
      try {
        await saveModel(quantized, folder);
        const again = await loadModel(folder);
        assert.deepEqual(again.run.quantization, quantized.quantization);
        assert.deepEqual(again.run.quantization?.calibration?.name, data.name);
        assert.deepEqual(await predict(again, data), await predict(quantized, data));
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  it('keeps the accuracy of a network of the population, less where weights have 4 bits', async () => {
    const folder = join(__dirname, '../../../../data/population/sparsity=0/replicate=00');
    const trained = await loadModel(folder);
    const test = (await loadCifar10({ split: 'test' })).take(1_000);
    const train = await loadCifar10();
    const labelsOf = async (network: TrainedModel) => (await predict(network, test)).predictedClass;
    const dense = await labelsOf(trained);
    const truth = (await predict(trained, test)).trueClass;
    const right = (labels: ArrayLike<number>) => truth.filter((c, i) => c === labels[i]).length;
    assert.ok(right(dense) > 750, `${right(dense)} right before quantization`);
    const apart = async (options: QuantizeModelOptions) => {
      const quantized = await quantizeModel(trained, options);
      const labels = await labelsOf(quantized);
      const changed = labels.filter((c, i) => c !== dense[i]).length;
      return { changed, top1: right(labels) - right(dense) };
    };
    const calibration = train.take(512);
    const float16 = await apart({ weights: 'float16' });
    const int8 = await apart({ weights: 'int8' });
    const perTensor = await apart({ weights: 'int8', perChannel: false });
    const fixed = await apart({ weights: 'int8', activations: 'int8', calibration });
    const int4 = await apart({ weights: 'int4' });
    const found = JSON.stringify({ float16, int8, perTensor, fixed, int4 });
    assert.ok(float16.changed <= 2, found);
    for (const { changed, top1 } of [int8, perTensor, fixed])
      assert.ok(changed <= 30 && Math.abs(top1) <= 10, found);
    assert.ok(int4.changed > int8.changed && int4.changed <= 200, found);
  });

  it('says what is wrong with its options', async () => {
    const model = goldenModel();
    const calibration = goldenImages(golden.calibration);
    const refuses = (options: object, message: RegExp) =>
      assert.rejects(
        quantizeModel(model, options as QuantizeModelOptions),
        (error: Error) => error instanceof OptionError && message.test(error.message),
      );
    await refuses({}, /weights/);
    await refuses({ weights: 'int2' }, /weights.*int8.*int4.*float16/);
    await refuses({ weights: 'int8', activation: 'int8' }, /activation.*activations/);
    await refuses({ weights: 'int8', activations: 'int8' }, /calibration.*train\.take\(512\)/);
    await refuses({ weights: 'int8', calibration }, /calibration.*activations/);
    await refuses(
      { weights: 'int8', activations: 'int8', calibration: calibration.take(0) },
      /golden has no images/,
    );
    await assert.rejects(quantizeModel('model' as never, { weights: 'int8' }), /loadModel/);
    const input = tf.input({ shape: [3] });
    const plain = tf.model({
      inputs: input,
      outputs: tf.layers.reLU().apply(input) as tf.SymbolicTensor,
    });
    await assert.rejects(quantizeModel(plain, { weights: 'int8' }), /no convolution and no dense/);
  });
});

/** Images of five classes, each a noisy blob at a place of its own. */
function blobs(size: number): ImageDataset {
  const [height, width, channels] = SHAPE;
  return new ImageDataset({
    name: 'blobs',
    classNames: Array.from({ length: CLASSES }, (_, c) => `class ${c}`),
    imageShape: SHAPE,
    hash: 'blobs',
    size,
    async *examples(random) {
      const start = random ? Math.floor(random() * size) : 0;
      for (let k = 0; k < size; k++) {
        const id = (start + 7 * k) % size;
        const image = random ? id : k;
        const label = image % CLASSES;
        const draw = randomFrom(3, 'blob', image);
        yield {
          ...{ id: image, label, image: () => assert.fail('not a picture') },
          pixels: () =>
            Float32Array.from({ length: height * width * channels }, (_, i) => {
              const [y, x] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
              const near = Math.abs(y - label - 1) < 1.5 && Math.abs(x - label - 1) < 1.5;
              return 1.5 * (draw() - 0.5) + Number(near);
            }),
        };
      }
    },
  });
}
