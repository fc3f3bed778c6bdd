import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

// A network of 128 weights, of the tests. Give the mean and deviation that a network was trained with.
const network = await sbd.loadOnnx('test/library/models/onnx/channels-first.onnx', {
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  variant: 'fp32',
});
const folder = await mkdtemp(join(tmpdir(), 'images-'));
await mkdir(join(folder, 'landscape'));
await copyFile('data/preprocessing/500x375.jpg', join(folder, 'landscape/500x375.jpg'));
const data = await sbd.loadImageFolder(folder, {
  ...network.pictures,
  classNames: ['landscape', 'portrait', 'city', 'still life', 'other'],
});
const { variant, predictedClass } = await sbd.predict(network, data);
console.log(variant, predictedClass.length);
await network.close();
