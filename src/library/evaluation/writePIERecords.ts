import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  Baseline,
  FindPIEsOptions,
  ModelPredictions,
  PIERow,
  Predictions,
} from 'selective-brain-damage-statistics';
import {
  baselineOf,
  compareVariants,
  modalLabels,
  type VariantOf,
} from 'selective-brain-damage-statistics/internal';
import type { ImageDataset } from '../datasets/imageDataset';
import type { Feature } from '../records/tfExample';
import { type RecordInput, type WriteRecordsOptions, writeRecords } from '../records/writeRecords';
import { examplesOf } from './examplesOf';

/** Options of {@link writePIERecords}. */
export interface WritePIERecordsOptions
  extends WriteRecordsOptions,
    Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** The variant whose PIEs they are, by name or sparsity. Default: each in turn. */
  readonly variant?: Baseline;
}

/** What {@link writePIERecords} wrote of one variant; no files where there are no such images. */
export interface PIERecords extends VariantOf {
  readonly pie: readonly string[];
  readonly non_pie: readonly string[];
}

/**
 * Writes the PIEs of each variant, and the images that are none, as TFRecords:
 * `<folder>/variant=pruned 0.9/pie.tfrecord` and `non_pie.tfrecord`. The features are those of the paper's
 * tool: `key` (the image's id as bytes), `image/encoded` (as the data set has it, else PNG),
 * `image/class/label` and `stored_class_label` (0-based), `image_index` (position among the
 * predictions' images), `baseline_mode_label`, `variant_mode_label`, `baseline_n`, `variant_n` (models),
 * `pruning_fraction`, and where the predictions have confidences `baseline_mean_probability` and
 * `variant_mean_probability` (mean softmax maximum over the models). `loadImageNetRecords` reads them
 * with `labelBase: 0`. A variant's files appear when all of them are complete and replace those of an
 * earlier run.
 *
 * @param dataset the images that the predictions are about, in any order
 * @throws OptionError for an unknown variant
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function writePIERecords(
  folder: string,
  dataset: ImageDataset,
  predictions: Predictions,
  options: WritePIERecordsOptions = {},
): Promise<PIERecords[]> {
  const { variant: only, baseline, ties, ...how } = options;
  const compared = compareVariants(predictions.models, baseline);
  const wanted =
    only === undefined ? compared.variants : [baselineOf(compared.variants, only, 'variant')];
  const rows = modalLabels(predictions, {
    ...(baseline !== undefined && { baseline }),
    ...(ties && { ties }),
  });
  const positions = new Map(predictions.imageIds.map((id, i) => [id, i]));
  const written: PIERecords[] = [];
  for (const { variant, sparsity, models } of wanted) {
    const place = join(folder, `variant=${variant}`);
    const part = join(folder, `.variant=${variant}.part`);
    const write = async (pie: boolean): Promise<string[]> => {
      const chosen = rows.filter((row) => row.variant === variant && row.pie === pie);
      if (chosen.length === 0) return [];
      const features = (row: PIERow) =>
        featuresOf(row, positions.get(row.image_id)!, compared.baseline.models, models);
      const path = join(part, `${pie ? 'pie' : 'non_pie'}.tfrecord`);
      const files = await writeRecords(path, records(dataset, chosen, features), how);
      return files.map((file) => join(place, basename(file)));
    };
    // A killed run may have left it.
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    try {
      written.push({ variant, sparsity, pie: await write(true), non_pie: await write(false) });
      await replaceRecords(place, part);
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }
  return written;
}

const RECORDS = /^(non_)?pie\.tfrecord/;

/** Delete, then rename: a crash in between leaves files missing, never mixed from two runs. */
async function replaceRecords(place: string, part: string): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const name of await readdir(place)) if (RECORDS.test(name)) await rm(join(place, name));
  for (const name of await readdir(part)) await rename(join(part, name), join(place, name));
}

async function* records(
  dataset: ImageDataset,
  rows: readonly PIERow[],
  features: (row: PIERow) => Record<string, Feature>,
): AsyncGenerator<RecordInput> {
  for await (const { example, row } of examplesOf(dataset, rows)) {
    const image = example.encoded ?? (await example.image());
    yield { image, label: row.true_class, features: features(row) };
  }
}

function featuresOf(
  row: PIERow,
  position: number,
  baseline: readonly ModelPredictions[],
  variant: readonly ModelPredictions[],
): Record<string, Feature> {
  const probability = (name: string, models: readonly ModelPredictions[]) => {
    if (!models.every((model) => model.confidence)) return {};
    const sum = models.reduce((total, model) => total + model.confidence![position]!, 0);
    return { [name]: { float: [sum / models.length] } };
  };
  return {
    key: { bytes: [String(row.image_id)] },
    'image/class/label': { int64: [row.true_class] },
    stored_class_label: { int64: [row.true_class] },
    image_index: { int64: [position] },
    baseline_n: { int64: [baseline.length] },
    variant_n: { int64: [variant.length] },
    pruning_fraction: { float: [row.sparsity] },
    ...probability('baseline_mean_probability', baseline),
    ...probability('variant_mean_probability', variant),
    variant_mode_label: { int64: [row.variant_mode] },
    baseline_mode_label: { int64: [row.baseline_mode] },
  };
}
