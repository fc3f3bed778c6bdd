import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { findModels, readRun } from '#library/models/modelFolder';
import { trainPopulation } from '#library/training/trainPopulation';

/**
 * Measures what `trainPopulation` spends on a model beside its training steps: starting processes,
 * reading the images, building the network, writing it down. It trains a few models of the
 * population that is checked in for some hundred of their steps, and puts the rest of the time in
 * proportion to a whole training.
 *
 *     npm run bench:population
 */
const PROCESSES = availableParallelism();
const MODELS = 4 * PROCESSES;
const STEPS = 200;
/** Of 12 epochs. */
const WHOLE_TRAINING = 4680;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-population-'));
  const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
  try {
    const start = performance.now();
    await trainPopulation({
      train,
      test: test.take(250),
      model: { name: 'small-cnn', depth: 4 },
      sparsities: [0.9],
      replicates: MODELS,
      seed: 0,
      steps: STEPS,
      folder,
    });
    const wall = (performance.now() - start) / 1000;
    const runs = await Promise.all(
      (await findModels(folder)).map((model) => readRun(model.folder)),
    );
    const training = runs.reduce((sum, run) => sum + run!.outcome.seconds, 0);
    const overhead = (wall * PROCESSES - training) / MODELS;
    const whole = (training / MODELS / STEPS) * WHOLE_TRAINING;
    console.log(
      `${MODELS} models of ${STEPS} steps in ${PROCESSES} processes on ${runs[0]!.spec.backend.name}: ` +
        `${wall.toFixed(1)} s, of each process ${(training / PROCESSES).toFixed(1)} s in training steps.\n` +
        `Beside them ${overhead.toFixed(2)} s per model: ` +
        `${((100 * overhead) / (whole + overhead)).toFixed(1)}% of a model of ${WHOLE_TRAINING} steps, ` +
        `which takes ${whole.toFixed(0)} s.`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

main();
