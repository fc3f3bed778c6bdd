import * as sbd from 'selective-brain-damage';

const shape = { imageShape: [32, 32, 3], numClasses: 10 } as const;
const model = await sbd.buildModel({ name: 'small-cnn', depth: 4 }, shape, 1);
console.log(model.countParams(), 'parameters');
console.log(model.inputs[0]?.shape, model.outputs[0]?.shape);

// The same seed gives the same weights.
const again = await sbd.buildModel({ name: 'small-cnn', depth: 4 }, shape, 1);
const [one, other] = [model, again].map((each) => each.getWeights()[0]!.dataSync());
console.log(one!.every((weight, i) => weight === other![i]));
