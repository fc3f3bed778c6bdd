import * as tf from '@tensorflow/tfjs';
import { ENGINE_NAMES, type EngineName, useEngine } from '../src/engine/engine';
import { softmaxCrossEntropy } from '../src/engine/ops/softmaxCrossEntropy';
import { variableGrads } from '../src/engine/ops/variableGrads';
import { buildModel, type ModelRecipe, type ModelShape } from '../src/models/model';
import { TrainingState } from '../src/training/trainingState';

/**
 * Images per second of a training step: `npm run bench:train [-- model ... engine ...]`, in which
 * models and engines default to all. The engines take turns within each round; the figures are
 * medians over the rounds.
 */
const ROUNDS = 5;
const SECONDS_PER_TURN = 1;

interface Case {
  readonly recipe: ModelRecipe;
  readonly shape: ModelShape;
  readonly batch: number;
}

const CASES: Record<string, Case> = {
  small: {
    recipe: { name: 'small-cnn' },
    shape: { imageShape: [32, 32, 3], numClasses: 10 },
    batch: 64,
  },
  wrn: {
    recipe: { name: 'wide-resnet' },
    shape: { imageShape: [32, 32, 3], numClasses: 10 },
    batch: 64,
  },
  r50: {
    recipe: { name: 'resnet-50' },
    shape: { imageShape: [224, 224, 3], numClasses: 1000 },
    batch: 2,
  },
};

/** A function that takes one training step on an engine. */
async function trainer(engine: EngineName, { recipe, shape, batch }: Case): Promise<() => void> {
  await useEngine({ engine });
  const model = await buildModel(recipe, shape, 1);
  const state = new TrainingState(model, []);
  const images = tf.randomNormal<tf.Rank.R4>([batch, ...shape.imageShape], 0, 1, 'float32', 1);
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % shape.numClasses),
    'int32',
  );
  return () =>
    tf.tidy(() => {
      const { value, grads } = variableGrads(
        () => softmaxCrossEntropy(model.apply(images, { training: true }) as tf.Tensor2D, labels),
        state.variables,
      );
      state.update(grads, { learningRate: 1e-3, momentum: 0.9, weightDecay: 1e-4 });
      value.dataSync();
    });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const chosen = <T extends string>(all: readonly T[]) => {
    const some = all.filter((name) => wanted.includes(name));
    return some.length > 0 ? some : all.filter((name) => name !== 'cpu');
  };
  for (const name of chosen(Object.keys(CASES))) {
    const trainers = new Map<EngineName, () => void>();
    for (const engine of chosen(ENGINE_NAMES))
      await trainer(engine, CASES[name]!).then(
        (step) => trainers.set(engine, step),
        () => {},
      );
    const speeds = new Map([...trainers.keys()].map((engine) => [engine, [] as number[]]));
    for (let round = -1; round < ROUNDS; round++)
      for (const [engine, step] of trainers) {
        await useEngine({ engine });
        const start = performance.now();
        let steps = 0;
        do {
          step();
          steps++;
        } while (performance.now() - start < SECONDS_PER_TURN * 1000);
        // The first round warms up.
        if (round >= 0)
          speeds
            .get(engine)!
            .push((steps * CASES[name]!.batch * 1000) / (performance.now() - start));
      }
    for (const [engine, measured] of speeds)
      console.log(`${name.padEnd(6)} ${engine.padEnd(18)} ${median(measured).toFixed(1)} images/s`);
  }
}

void main();
