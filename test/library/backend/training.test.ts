import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type BackendName, useBackend } from '#library/backend/backend';
import type { WasmBackend } from '#library/backend/kernels/arena';
import { BatchNorm } from '#library/backend/ops/batchNormLayer';
import { softmaxCrossEntropy } from '#library/backend/ops/softmaxCrossEntropy';
import { updateWeights } from '#library/backend/ops/updateWeights';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import { backends, normal, tolerance } from './compare';

const BATCH = 6;
const CLASSES = 3;

/** All kinds of layers that the project's models have: a residual block, strides, pooling. */
function network(): tf.LayersModel {
  let seed = 0;
  const kernelInitializer = () => tf.initializers.heNormal({ seed: ++seed });
  const conv = (filters: number, kernelSize: number, strides = 1) =>
    tf.layers.conv2d({
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: kernelInitializer(),
    });
  const input = tf.input({ shape: [9, 9, 3] });
  const first = new BatchNorm({ activation: 'relu', momentum: 0.9 }).apply(
    conv(8, 3).apply(input),
  ) as tf.SymbolicTensor;
  let x = conv(12, 3, 2).apply(first) as tf.SymbolicTensor;
  x = new BatchNorm().apply(x) as tf.SymbolicTensor;
  x = tf.layers
    .add()
    .apply([x, conv(12, 1, 2).apply(first) as tf.SymbolicTensor]) as tf.SymbolicTensor;
  x = tf.layers.reLU().apply(x) as tf.SymbolicTensor;
  x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as tf.SymbolicTensor;
  x = tf.layers
    .conv2d({
      filters: 7,
      kernelSize: 2,
      activation: 'relu',
      kernelInitializer: kernelInitializer(),
    })
    .apply(x) as tf.SymbolicTensor;
  x = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
  const dense = tf.layers.dense({ units: CLASSES, kernelInitializer: kernelInitializer() });
  return tf.model({ inputs: input, outputs: dense.apply(x) as tf.SymbolicTensor });
}

interface Training {
  readonly losses: number[];
  readonly weights: Float32Array[];
}

/** Trains on random images for some steps; `watch` is called after each. */
async function train(backend: BackendName, steps: number, watch = () => {}): Promise<Training> {
  await useBackend({ backend });
  const model = network();
  const random = randomFrom(5, 'images');
  const images = tf.tensor4d(normal([BATCH, 9, 9, 3], random).data, [BATCH, 9, 9, 3]);
  const labels = tf.tensor1d(
    Array.from({ length: BATCH }, (_, i) => i % CLASSES),
    'int32',
  );
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const states = variables.map((variable) => ({
    variable,
    velocity: tf.variable(tf.zerosLike(variable)),
    ...(variable.rank === 4 && {
      pruned: {
        mask: tf.tensor(
          normal(variable.shape, random).data.map((x) => Number(x > -1)),
          variable.shape,
        ),
        weights: tf.variable(variable.clone()),
      },
    }),
  }));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () =>
          softmaxCrossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels, {
            labelSmoothing: 0.1,
          }),
        variables,
      );
      for (const state of states)
        updateWeights(state, grads[state.variable.name]!, {
          learningRate: 0.05,
          momentum: 0.9,
          weightDecay: 1e-4,
        });
      losses.push(value.dataSync()[0]!);
    });
    watch();
  }
  const weights = model.getWeights().map((weight) => weight.dataSync().slice() as Float32Array);
  model.dispose();
  tf.dispose([images, labels]);
  for (const { velocity, pruned } of states)
    tf.dispose([velocity, ...(pruned ? [pruned.mask, pruned.weights] : [])]);
  return { losses, weights };
}

let all: BackendName[];
/** The first of the backends whose kernels are this project's. */
let ours: BackendName;
before(async () => {
  all = await backends();
  ours = all.find((name) => /^(native|wasm)/.test(name))!;
});

test("a training follows the cpu backend's loss curve", async () => {
  const expected = (await train('cpu', 12)).losses;
  assert.ok(expected.at(-1)! < expected[0]! / 2, 'the training learns');
  for (const backend of all) {
    const { losses } = await train(backend, 12);
    for (const [step, loss] of losses.entries())
      assert.ok(
        Math.abs(loss - expected[step]!) < 10 * tolerance(backend) * expected[step]!,
        `${backend}, step ${step}: ${loss}, cpu: ${expected[step]}`,
      );
  }
});

test("TensorFlow's loss curve is that of our kernels, to 1e-5", async (t) => {
  if (!all.includes('tfjs-node')) return t.skip('no tfjs-node: npm run tensorflow:install');
  const expected = (await train(ours, 12)).losses;
  for (const [step, loss] of (await train('tfjs-node', 12)).losses.entries())
    assert.ok(
      Math.abs(loss - expected[step]!) < 1e-5 * expected[step]!,
      `step ${step}: ${loss}, ${ours}: ${expected[step]}`,
    );
});

test('the same training gives the same weights, bit for bit', async () => {
  for (const backend of all)
    assert.deepEqual(await train(backend, 5), await train(backend, 5), backend);
});

test('1,000 steps leave no tensor behind and need no more memory than the first', async () => {
  await useBackend({ backend: ours });
  const memory = () => (tf.backend() as WasmBackend).wasm.asm.memory.buffer.byteLength;
  const seen: [number, number][] = [];
  await train(ours, 1000, () => seen.push([tf.memory().numTensors, memory()]));
  assert.deepEqual(seen.at(-1), seen[1]);
});
