import * as sbd from 'selective-brain-damage';

// The fastest that the machine has; here the one that every machine has.
const { name, backend } = await sbd.useEngine({ engine: 'wasm-simd' });
console.log(name, backend);

const product = sbd.tf.matMul(sbd.tf.tensor2d([[1, 2]]), sbd.tf.tensor2d([[3], [4]]));
console.log(product.dataSync());
