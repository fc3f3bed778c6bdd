import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type {
  Baseline,
  FindPIEsOptions,
  ModelPredictions,
  PIERow,
  Predictions,
} from 'selective-brain-damage-statistics';
import {
  baselineOf,
  checkName,
  checkOptions,
  checkPredictions,
  choice,
  compareVariants,
  count,
  FLAG,
  modalLabels,
  moveIntoPlace,
  namedSystemError,
  type OptionRules,
  removeTemporaries,
  temporaryPath,
  VARIANT,
  type VariantOf,
} from 'selective-brain-damage-statistics/internal';
import { checkDataset, type ImageDataset } from '../datasets/imageDataset';
import { checkPath } from '../optionRules';
import type { Feature } from '../records/tfExample';
import {
  type RecordInput,
  storedImage,
  type WriteRecordsOptions,
  writeRecords,
} from '../records/writeRecords';
import { examplesOf } from './examplesOf';

/** Options of {@link writePIERecords}. */
export interface WritePIERecordsOptions
  extends WriteRecordsOptions,
    Pick<FindPIEsOptions, 'baseline' | 'ties'> {
  /** The variant whose PIEs they are, by name or sparsity. Default: each in turn. */
  readonly variant?: Baseline;
}

const rules: OptionRules<WritePIERecordsOptions> = {
  variant: VARIANT,
  baseline: VARIANT,
  ties: choice(['largest', 'smallest', 'exclude']),
  shards: count(),
  gzip: FLAG,
};

/** The files that {@link writePIERecords} wrote of one variant; none where there are no such images. */
export interface PIERecords extends VariantOf {
  /** The files of its PIEs. */
  readonly pie: readonly string[];
  /** The files of all other images. */
  readonly non_pie: readonly string[];
}

/**
 * Writes the PIEs of each variant, and all other images, as TFRecords:
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
 * @throws OptionError for an unknown variant, and for one that reads as a path out of its folder (`../x`)
 * @throws StoreError where the disk is full, or the folder cannot be written
 * @throws PredictionsError where the data set lacks an image, or gives it another class
 */
export async function writePIERecords(
  predictions: Predictions,
  dataset: ImageDataset,
  folder: string,
  options: WritePIERecordsOptions = {},
): Promise<PIERecords[]> {
  const cell = 'writePIERecords';
  checkPredictions(cell, predictions);
  checkDataset(cell, 'dataset', dataset);
  checkPath(cell, 'folder', folder);
  checkOptions(cell, options, rules);
  const { variant, baseline, ties, ...how } = options;
  const compared = compareVariants(predictions.models, baseline);
  const wanted =
    variant === undefined ? compared.variants : [baselineOf(compared.variants, variant, 'variant')];
  const rows = modalLabels(predictions, {
    ...(baseline !== undefined && { baseline }),
    ...(ties && { ties }),
  });
  const positions = new Map(predictions.imageIds.map((id, i) => [id, i]));
  const written: PIERecords[] = [];
  for (const { variant, sparsity, models } of wanted) {
    const inputs = (pie: boolean): AsyncGenerator<RecordInput> => {
      const chosen = rows.filter((row) => row.variant === variant && row.pie === pie);
      return records(dataset, chosen, (row) =>
        featuresOf(row, positions.get(row.image_id)!, compared.baseline.models, models),
      );
    };
    const files = await replaceRecords(join(folder, folderOf(variant)), inputs, how);
    written.push({ variant, sparsity, ...files });
  }
  return written;
}

/** The folder of a variant's files; a name leads to no other folder. */
function folderOf(variant: string): string {
  checkName('variant', variant);
  return `variant=${variant.replaceAll(/[%/\\]/g, encodeURIComponent)}`;
}

const RECORDS = /^(non_)?pie\.tfrecord/;

/**
 * Writes a variant's files beside their folder, then moves them into it. Those of an earlier run are
 * deleted before: a crash in between leaves files missing, never mixed from two runs.
 */
async function replaceRecords(
  folder: string,
  inputs: (pie: boolean) => AsyncGenerator<RecordInput>,
  options: WriteRecordsOptions,
): Promise<Pick<PIERecords, 'pie' | 'non_pie'>> {
  await removeTemporaries(dirname(folder), basename(folder));
  const part = temporaryPath(folder);
  const write = async (pie: boolean): Promise<string[]> => {
    const path = join(part, `${pie ? 'pie' : 'non_pie'}.tfrecord`);
    const examples = inputs(pie);
    const first = await examples.next();
    if (first.done) return [];
    const files = await writeRecords(startingWith(first.value, examples), path, options);
    return files.map((file) => join(folder, basename(file)));
  };
  try {
    await mkdir(part, { recursive: true });
    const files = { pie: await write(true), non_pie: await write(false) };
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (RECORDS.test(name)) await rm(join(folder, name));
    await moveIntoPlace(
      (await readdir(part)).map((name) => ({
        temporary: join(part, name),
        path: join(folder, name),
      })),
    );
    return files;
  } catch (error) {
    throw namedSystemError(error, folder, 'written');
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

async function* records(
  dataset: ImageDataset,
  rows: readonly PIERow[],
  features: (row: PIERow) => Record<string, Feature>,
): AsyncGenerator<RecordInput> {
  for await (const { example, row } of examplesOf(dataset, rows)) {
    yield { image: await storedImage(example), label: row.true_class, features: features(row) };
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
