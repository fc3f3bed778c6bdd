import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sbd from 'selective-brain-damage';

const trained = await sbd.loadModel('data/population/sparsity=0/replicate=00');
const quantized = await sbd.quantizeModel(trained, { weights: 'int8' });
const folder = await mkdtemp(join(tmpdir(), 'int8-'));
await sbd.saveModel(quantized, folder);
console.log(await readdir(folder));
console.log((await sbd.loadModel(folder)).run.quantization);
