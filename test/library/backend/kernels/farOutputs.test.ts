import { test } from 'node:test';
import { batchNormTraining } from '#library/backend/ops/batchNorm';
import * as tf from '#library/backend/tf';
import { randomFrom } from '#statistics/random';
import { assertClose, backends, type Computation, normal, run, type Values } from '../compare';

/** As many copies of an image as make 4.5 MB of it. */
const COPIES = 17;

const copies = ({ shape, data }: Values): Values => {
  const all = new Float32Array(COPIES * data.length);
  for (let i = 0; i < COPIES; i++) all.set(data, i * data.length);
  return { shape: [COPIES, ...shape.slice(1)], data: all };
};

test('outputs too large for the caches are those of one image at a time', async () => {
  const random = randomFrom(20191113, 'values');
  // The last rows do not fill the squares of Winograd's transforms.
  const [image, weights] = [normal([1, 65, 65, 16], random), normal([1, 65, 65, 16], random)];
  const rest = [normal([3, 3, 16, 16], random), normal([16], random), normal([16], random)];
  const block: Computation = (x, filter, gamma, beta) => {
    const { y } = batchNormTraining(x!.relu(), gamma as tf.Tensor1D, beta as tf.Tensor1D);
    return tf.conv2d(y as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same').add(x!);
  };
  for (const backend of await backends()) {
    const one = await run(backend, block, [image, ...rest], weights);
    const many = await run(backend, block, [copies(image), ...rest], copies(weights));
    assertClose(many.value, copies(one.value), `${backend}: value`);
    assertClose(many.gradients[0]!, copies(one.gradients[0]!), `${backend}: gradient`);
  }
});
