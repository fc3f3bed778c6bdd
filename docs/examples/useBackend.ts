import * as sbd from 'selective-brain-damage';

// The fastest that the machine has; here the one that every machine has.
const { name, tfjsBackend } = await sbd.useBackend({ backend: 'wasm-simd' });
console.log(name, tfjsBackend);

const product = sbd.tf.matMul(sbd.tf.tensor2d([[1, 2]]), sbd.tf.tensor2d([[3], [4]]));
console.log(product.dataSync());
