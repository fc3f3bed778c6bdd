import { parseArgs } from 'node:util';
import { loadImageFolder } from '#library/datasets/loadImageFolder';
import { corruptedSets, type ShiftedSet } from '#library/datasets/shiftedSet';
import { combinePredictions } from '#library/evaluation/combinePredictions';
import { predictAll } from '#library/evaluation/predictAll';
import { loadOnnx } from '#library/models/loadOnnx';
import type { OnnxNetwork } from '#library/models/onnxNetwork';
import { flips } from '#statistics/analysis/flips';
import { adjustPValues } from '#statistics/analysis/tTest';

/**
 * Compares networks in ONNX files, image by image, on clean images of ImageNet and under the 15 corruptions at
 * one severity, and prints what the variants change, as Markdown. P-values are exact McNemar tests', adjusted by
 * Benjamini and Hochberg over the corruptions.
 *
 *     npm run bench:corrupted -- <folder of images> <baseline.onnx> <variant.onnx…> [--severity 3]
 *       [--mean 0.498 --std 0.502]
 *
 * The folder has one subfolder per class, called by its WordNet id.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      severity: { type: 'string', default: '3' },
      mean: { type: 'string' },
      std: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [folder, ...paths] = positionals;
  if (folder === undefined || paths.length < 2)
    throw new Error('name a folder of images, a baseline and its variants');
  const levels = (text: string | undefined) => {
    const level = Number(text);
    return text === undefined ? undefined : ([level, level, level] as const);
  };
  const [mean, std] = [levels(values.mean), levels(values.std)];
  const networks = await Promise.all(
    paths.map((path) => loadOnnx(path, { ...(mean && { mean }), ...(std && { std }) })),
  );
  const clean = await loadImageFolder(folder, {
    ...networks[0]!.pictures,
    classNames: 'imagenet',
  });
  const sets: ShiftedSet[] = [
    { corruption: 'clean', severity: 0, data: clean },
    ...corruptedSets(clean, { severities: [Number(values.severity)] }),
  ];
  const rows = [];
  for (const set of sets) {
    rows.push(...(await compared(networks, set)));
    console.error(`${set.corruption}: ${rows.length / (networks.length - 1)} of ${sets.length}`);
  }
  for (const { variant } of networks.slice(1)) report(rows, variant);
  for (const network of networks) await network.close();
}

type Row = Awaited<ReturnType<typeof compared>>[number];

/** What the variants change on one set of images. */
async function compared(networks: readonly OnnxNetwork[], { corruption, data }: ShiftedSet) {
  const baseline = networks[0]!.variant;
  const predictions = combinePredictions(await predictAll(networks, data, {}));
  return flips(predictions, { baseline }).map((row) => ({ ...row, corruption }));
}

function report(rows: readonly Row[], variant: string): void {
  const own = rows.filter((row) => row.variant === variant);
  const adjusted = adjustPValues(own.slice(1).map(({ p_value }) => p_value));
  const percent = (share: number) => (100 * share).toFixed(1);
  console.log(`\n${variant} against ${own[0]!.baseline}, ${own[0]!.n_images} images\n`);
  console.log('| images | top-1 | variant | labels changed | lost | gained | change (95%) | p |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [i, row] of own.entries()) {
    const p = i === 0 ? row.p_value : adjusted[i - 1]!;
    const interval = `${percent(row.change)} (${percent(row.change_low)} to ${percent(row.change_high)})`;
    const cells = [row.corruption, percent(row.baseline_recall), percent(row.variant_recall)];
    const counts = [row.changed, row.lost, row.gained, interval, p.toPrecision(2)];
    console.log(`| ${[...cells, ...counts].join(' | ')} |`);
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
