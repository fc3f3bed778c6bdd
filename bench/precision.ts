import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as sbd from '#library/index';
import { meanAndError, pairedTTest } from '#statistics/analysis/tTest';
import { RECIPES } from '../data/recipes';

/**
 * Whether networks that multiply in bf16 are as good as those that multiply in float32: trains dense
 * networks of the population, shorter, on both backends from the same seeds and compares their top-1.
 * Stopped and run again, it goes on.
 *
 *     npm run bench:precision [-- --networks 5 --epochs 4 --folder results/precision]
 */
const BACKENDS = ['native-avx512', 'native-avx512-bf16'] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      networks: { type: 'string', default: '5' },
      epochs: { type: 'string', default: '4' },
      folder: { type: 'string', default: 'results/precision' },
    },
  });
  const [networks, epochs] = [Number(values.networks), Number(values.epochs)];
  const { model, learningRate, weightDecay, augment, epochs: whole } = RECIPES.airbench;
  const [train, test] = [await sbd.loadCifar10(), await sbd.loadCifar10({ split: 'test' })];
  const trained: sbd.Predictions[] = [];
  for (const backend of BACKENDS)
    trained.push(
      await sbd.trainPopulation({
        ...{ train, test, model, weightDecay, augment, epochs, backend },
        learningRate: { ...learningRate, warmup: (learningRate.warmup * epochs) / whole },
        ...{ sparsities: [0], replicates: networks, seed: 77 },
        folder: join(values.folder, backend),
      }),
    );
  const [float32, bf16] = trained.map((predictions) =>
    Float64Array.from(
      sbd.modelAccuracy(predictions).column('top1').values as number[],
      (top1) => 100 * top1,
    ),
  ) as [Float64Array, Float64Array];
  for (const [i, top1] of float32.entries())
    console.log(
      `replicate ${i}: ${top1.toFixed(2)} ${BACKENDS[0]}, ${bf16[i]!.toFixed(2)} ${BACKENDS[1]}`,
    );
  const { mean, squaredError } = meanAndError(bf16.map((top1, i) => top1 - float32[i]!));
  const { pValue } = pairedTTest(bf16, float32);
  console.log(
    `${networks} networks each, ${epochs} epochs: ${BACKENDS[1]} minus ${BACKENDS[0]} ${mean.toFixed(2)} points ` +
      `(standard error ${Math.sqrt(squaredError).toFixed(2)}), paired t-test p = ${pValue.toFixed(2)}.`,
  );
  const renamed = trained.flatMap(({ models }, i) =>
    models.map((model) => ({ ...model, variant: BACKENDS[i]!, sparsity: Number.NaN })),
  );
  const [churn] = sbd.danfo.toJSON(
    sbd.churn({ ...trained[0]!, models: renamed }, { baseline: BACKENDS[0] }),
  ) as unknown as sbd.ChurnRow[];
  console.log(
    `Labels that differ between two networks: ${percent(churn!.churn)} of different backends, ` +
      `${percent(churn!.baseline_within)} and ${percent(churn!.variant_within)} of the same.`,
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

main();
