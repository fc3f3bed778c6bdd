import { loadCifar10 } from '#library/datasets/loadCifar10';
import { PopulationError } from '#library/training/population';
import { trainPopulation } from '#library/training/trainPopulation';

/** The outcome of a population that a program trained on a disk of its own kind; JSON. */
export interface Outcome {
  readonly error?: string;
  readonly message?: string;
  /** Predicted classes by variant. */
  readonly models: Readonly<Record<string, readonly number[]>>;
}

/** Trains a dense and a pruned model of seconds in a folder, and prints the outcome. */
async function main(folder: string): Promise<void> {
  const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
  const made = await trainPopulation({
    ...{ train: train.take(160), test: test.take(20), model: { name: 'small-cnn', width: 4 } },
    ...{ sparsities: [0, 0.9], replicates: 1, seed: 3, steps: 10, batchSize: 16, processes: 1 },
    ...{ folder, onProgress: () => {} },
  }).catch((error: Error) => error);
  const models = made instanceof PopulationError ? made.population.models : [];
  const outcome: Outcome = {
    ...(made instanceof Error && { error: made.name, message: made.message }),
    models: Object.fromEntries(
      (made instanceof Error ? models : made.models).map((model) => [
        model.variant,
        [...model.predictedClass],
      ]),
    ),
  };
  console.log(JSON.stringify(outcome));
}

void main(process.argv[2]!);
