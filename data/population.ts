import { parseArgs } from 'node:util';
import * as sbd from '#library/index';
import { readRun } from '#library/models/modelFolder';
import { checkOption } from '#statistics/options';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { predictionsFile } from '#statistics/predictions/writePredictions';
import { type Recipe, RECIPES } from './recipes';

/**
 * Trains one of the two populations that the notebooks read, or goes on with it, and puts it to corrupted
 * images; then trains one of its models a second time from its seed and compares what the two predict.
 *
 *     npm run population [-- airbench | small-cnn] [--verify 0.9/0]
 *
 * `--verify` names the model to train again, by sparsity and replicate.
 */
const REPLICATES = 30;
/** After so many replicates come their scores, so that a stop leaves a population that needs no weights. */
const AT_A_TIME = 2;
/** Of the test images, the first so many are corrupted, in 75 ways. */
const ROBUSTNESS_IMAGES = 2000;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { verify: { type: 'string', default: '0.9/0' } },
    allowPositionals: true,
  });
  const [name = 'airbench', ...others] = positionals;
  const recipe: Recipe | undefined = Object.hasOwn(RECIPES, name)
    ? RECIPES[name as keyof typeof RECIPES]
    : undefined;
  checkOption(
    'population',
    name,
    recipe !== undefined && others.length === 0,
    `one of ${Object.keys(RECIPES).join(', ')}`,
  );
  const { folder, levels, ...options } = recipe!;
  const [sparsity, replicate] = values.verify.split('/').map(Number);
  checkOption(
    '--verify',
    values.verify,
    levels.flat().includes(sparsity!) &&
      Number.isInteger(replicate) &&
      replicate! >= 0 &&
      replicate! < REPLICATES,
    `a sparsity of ${levels.flat().join(', ')} and a replicate of 0 to ${REPLICATES - 1}, as in 0.9/0`,
  );
  const [train, test] = [await sbd.loadCifar10(), await sbd.loadCifar10({ split: 'test' })];
  const clean = test.take(ROBUSTNESS_IMAGES);
  const shifted = sbd.corruptedSets(clean, { scale: 'cifar' });
  let backend: sbd.BackendInfo | undefined;
  for (const [i] of levels.entries())
    for (let replicates = AT_A_TIME; replicates <= REPLICATES; replicates += AT_A_TIME) {
      ({ backend } = await sbd.trainPopulation({
        ...{ ...options, train, test, folder, replicates, seed: 2019 },
        sparsities: levels.slice(0, i + 1).flat(),
      }));
      await sbd.evalRobustness(folder, { clean, shifted });
    }
  await verify(folder, { sparsity: sparsity!, replicate: replicate! }, train, test, backend!);
}

/** Trains a model again as its record says, and compares the predictions. */
async function verify(
  folder: string,
  model: { sparsity: number; replicate: number },
  train: sbd.ImageDataset,
  test: sbd.ImageDataset,
  backend: sbd.BackendInfo,
): Promise<void> {
  const file = predictionsFile(folder, { ...model, variant: variantOfSparsity(model.sparsity) });
  const run = await readRun(file.replace(/\.parquet$/, ''));
  if (!run)
    throw new sbd.TrainingError(
      `${file}: there is no model to verify, so its training failed; run this again, or verify ` +
        'another with --verify.',
    );
  const { spec } = run;
  const { seed, sparsity, training, pruning } = spec;
  console.error(`Training ${file} again from its seed, ${seed}`);
  const again = await sbd.trainPruned({
    data: train,
    model: spec.model as sbd.ModelSpec,
    sparsity,
    seed,
    ...training,
    ...(pruning && { pruning }),
  });
  const now = await sbd.predict(again.model, test);
  const before = (await sbd.readPredictions(file)).models[0]!;
  const same = agreement(now.predictedClass, before.predictedClass);
  const report = `${file}: ${(100 * same).toFixed(2)}% of ${test.size} predictions are the same`;
  const identical =
    same === 1 &&
    agreement(now.confidence, before.confidence!) === 1 &&
    agreement(now.top5, before.top5!) === 1;
  if (identical) return console.log(`${report}, and so are confidences and top-5, bit for bit.`);
  if (JSON.stringify(backend) !== JSON.stringify(spec.backend))
    return console.log(
      `${report}. That is no proof of anything: it was trained on ${describe(spec.backend)}, ` +
        `here on ${describe(backend)}.`,
    );
  throw new sbd.TrainingError(`${report}, on the same backend; all must be.`);
}

function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return 0;
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}

function describe({ name, kernels }: sbd.BackendInfo): string {
  return `${name} (kernels ${kernels})`;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
