import * as sbd from 'selective-brain-damage';

// Two images as numpy.save stores them, of the fixtures in the shape of CIFAR-10-C.
const { shape, data } = await sbd.readNpy('data/corruptions/CIFAR-10-C/labels.npy');
console.log(shape, [...data]);
