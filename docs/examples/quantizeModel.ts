import * as sbd from 'selective-brain-damage';

// One network of the population and its int8 version: the same labels?
const trained = await sbd.loadModel('data/population/sparsity=0/replicate=00');
const quantized = await sbd.quantizeModel(trained, { weights: 'int8' });
const { bytes, float32Bytes } = quantized.quantization;
console.log(`${bytes} bytes in place of ${float32Bytes}`);
