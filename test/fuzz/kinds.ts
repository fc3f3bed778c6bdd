import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readNotebook, serializeNotebook } from '#kernels/notebook';
import { readNpy } from '#library/datasets/npy';
import { addScores, readScores } from '#library/evaluation/scoreFiles';
import { loadOnnx } from '#library/models/loadOnnx';
import { buildModel } from '#library/models/model';
import { MODEL_FILES, type ModelFile, writeModelFiles } from '#library/models/modelFiles';
import { loadModel, readRun, saveModel } from '#library/models/modelFolder';
import { decodeSafetensors, encodeSafetensors } from '#library/models/safetensors';
import { parsePlan } from '#library/plans/readPlan';
import { loadImageNetRecords } from '#library/records/loadImageNetRecords';
import { frameRecord, readRecords } from '#library/records/tfrecord';
import { readCheckpoint, start, writeCheckpoint } from '#library/training/checkpoint';
import { readFailure, recordFailure } from '#library/training/trainingFailure';
import { readPolicy } from '#statistics/audit/policy';
import { readPopulation } from '#statistics/predictions/population';
import type { Predictions } from '#statistics/predictions/predictions';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { simulatePredictions } from '#statistics/predictions/simulatePredictions';
import { writePredictions } from '#statistics/predictions/writePredictions';
import type { Random } from '#statistics/random';
import { FIXTURES } from '../kernels/fixtures';
import { untrainedRun } from '../library/models/runRecords';
import { mutate } from './mutate';

const ROOT = join(__dirname, '../../..');
const DATA = join(ROOT, 'data');

/** A valid file, in a folder of its own with the files that it needs beside it. */
export interface Seed {
  /** The file's name. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** A kind of files that anyone may have written. */
export interface Kind {
  readonly name: string;
  /** Valid files; they may also put what stands beside them into the folder. */
  seeds(folder: string): Promise<readonly Seed[]>;
  /** A damaged copy. Default: damaged anywhere. */
  damage?(bytes: Buffer, random: Random): Buffer;
  /** Reads the file in the folder as users do, to something that tells contents apart; throws where it is damaged. */
  read(path: string, folder: string): Promise<unknown>;
  /** What the message of every error holds beside the file: its place, where the kind has one. */
  readonly place?: RegExp;
  /** Whether a checksum has to find every change, and what is read may only be a part of the seed's. */
  readonly isPart?: (read: unknown, seed: unknown) => boolean;
}

const files = (folder: string, pattern: RegExp): Seed[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

const records = () => files(join(DATA, 'records'), /^fashion/);

const tfrecord: Kind = {
  name: 'TFRecord',
  place: /record \d+ at byte \d+/,
  seeds: async () => records(),
  async read(path) {
    const read: string[] = [];
    const fail = (error: Error): never => {
      throw error;
    };
    for await (const { data } of readRecords(path, fail))
      read.push(createHash('sha256').update(data).digest('hex'));
    return read;
  },
  isPart: (read, seed) => (read as string[]).every((hash) => (seed as string[]).includes(hash)),
};

/** The records of a file, without their frames. */
function unframed(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    found.push(bytes.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return found;
}

const tfExample: Kind = {
  name: 'tf.Example',
  place: /record \d+ at byte \d+/,
  async seeds() {
    const tfds = readFileSync(join(DATA, 'records', 'fashion-tfds.tfrecord'));
    const odd = readFileSync(join(DATA, 'records', 'odd.tfrecord'));
    return [...unframed(tfds).slice(0, 2), ...unframed(odd)].map((record, i) => ({
      name: `${i}.tfrecord`,
      bytes: Buffer.concat(frameRecord(record)),
    }));
  },
  // The frame's checksums stay right.
  damage: (bytes, random) => Buffer.concat(frameRecord(mutate(bytes.subarray(12, -4), random))),
  async read(path) {
    const dataset = await loadImageNetRecords(path, { numClasses: 10, size: 28, resize: 28 });
    const read: unknown[] = [];
    for await (const example of dataset) {
      const { width, height } = await example.image();
      const pixels = await example.pixels();
      if (pixels.length !== 28 * 28 * 3 || !pixels.every(Number.isFinite))
        throw new TypeError(`pixels that are none: ${pixels.length}`);
      read.push([example.id, example.label, width, height]);
    }
    return read;
  },
};

function checkPredictions({ models, trueClass, classNames }: Predictions): void {
  const most = classNames?.length ?? 1_000_000;
  const areClasses = (labels: Int32Array) => labels.every((label) => label >= 0 && label < most);
  for (const { sparsity, predictedClass, confidence, top5 } of models)
    if (
      !(Number.isNaN(sparsity) || (sparsity >= 0 && sparsity <= 1)) ||
      ![trueClass, predictedClass, ...(top5 ? [top5] : [])].every(areClasses) ||
      confidence?.some((share) => !(share >= 0 && share <= 1))
    )
      throw new TypeError('predictions out of range were read');
}

async function readTable(path: string): Promise<unknown> {
  const predictions = await readPredictions(path);
  checkPredictions(predictions);
  return predictions;
}

const parquet: Kind = {
  name: 'Parquet',
  async seeds(folder) {
    const predictions = simulatePredictions({
      ...{ numClasses: 5, imagesPerClass: 12, replicates: 1, sparsities: [0, 0.9], seed: 1 },
    });
    const place = join(folder, 'seeds');
    await writePredictions(predictions, place);
    const named = {
      ...predictions,
      imageIds: predictions.imageIds.map((id) => `images/${id}.png`),
    };
    await writePredictions(named, join(place, 'named'));
    const paths = (await readdir(place, { recursive: true })).filter((name) =>
      name.endsWith('.parquet'),
    );
    const bytes = await Promise.all(paths.map((path) => readFile(join(place, path))));
    await rm(place, { recursive: true });
    return bytes.map((bytes, i) => ({ name: `${i}.parquet`, bytes }));
  },
  read: readTable,
  isPart: () => false,
};

const csv: Kind = {
  name: 'CSV',
  place: /row \d+|byte \d+|no column \w+|columns named \w+|no rows/,
  async seeds() {
    const header =
      'variant,sparsity,replicate,image_id,true_class,predicted_class,confidence,top5\n';
    const rows = Array.from(
      { length: 40 },
      (_, i) =>
        `${i < 20 ? 'dense,0' : 'pruned,0.9'},0,${i % 20},${i % 5},${(i * 7) % 5},0.${i + 10},"[0, 1, 2, 3, 4]"`,
    );
    const named = rows.map((row) =>
      row
        .replace(/,(\d),(\d),0\./, ',"class $1",class $2,0.')
        .replace(/\[.*\]/, "['class 0', 'class 1', 'class 2', 'class 3', 'class 4']"),
    );
    return [rows, named].map((lines, i) => ({
      name: `${i}.csv`,
      bytes: Buffer.from(header + lines.join('\n')),
    }));
  },
  read: readTable,
};

function npyOf(type: string, shape: string, data: Buffer, version = 1): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`;
  const prefix = version === 1 ? 10 : 12;
  const header = Buffer.from(`${text.padEnd(128 - prefix - 1)}\n`);
  const start = Buffer.alloc(prefix);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(header.length, 8);
  else start.writeUInt32LE(header.length, 8);
  return Buffer.concat([start, header, data]);
}

const npy: Kind = {
  name: '.npy',
  place: /byte \d+|bytes; expected \d+|numbers of type|expected a \.npy file/,
  async seeds() {
    return [
      { name: 'a.npy', bytes: npyOf('<i8', '(2, 3)', Buffer.alloc(48, 1)) },
      { name: 'b.npy', bytes: npyOf('|u1', '(50,)', Buffer.alloc(50, 7), 2) },
      { name: 'c.npy', bytes: npyOf('<f4', '(4, 4, 2)', Buffer.alloc(128, 63)) },
    ];
  },
  read: readNpy,
};

const ARRAYS = new Map([
  ['conv1/kernel', { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['mask/conv1/kernel', { shape: [3, 2], data: Uint8Array.of(1, 0, 1, 1, 0, 1) }],
]);

const safetensors: Kind = {
  name: 'safetensors',
  place: /byte \d+/,
  seeds: async () => [
    { name: 'a.safetensors', bytes: Buffer.from(encodeSafetensors(ARRAYS, { step: '7' })) },
    { name: 'b.safetensors', bytes: Buffer.from(encodeSafetensors(new Map())) },
  ],
  async read(path) {
    const { arrays } = decodeSafetensors(path, await readFile(path));
    for (const [name, { shape, data }] of arrays)
      if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new TypeError(`${name} lies`);
    return [...arrays];
  },
};

const modelFolder: Kind = {
  name: "a model's folder",
  async seeds(folder) {
    const shape = { imageShape: [8, 8, 3] as const, numClasses: 4 };
    const model = await buildModel({ name: 'small-cnn', width: 2 }, shape, 1);
    await saveModel({ model, masks: new Map(), run: untrainedRun(0, 1) }, folder);
    model.dispose();
    return ['run.json', ...MODEL_FILES].map((name) => ({
      name,
      bytes: readFileSync(join(folder, name)),
    }));
  },
  async read(_, folder) {
    const { model, masks, run } = await loadModel(folder);
    const weights = model.getWeights().map((weight) => [weight.shape, [...weight.dataSync()]]);
    model.dispose();
    return [weights, [...masks], run];
  },
  isPart: () => false,
};

/** Records as they are written now, each read by its own reader; a checksum finds every change. */
const json: Kind = {
  name: 'JSON records',
  place: /checksum differs|is not JSON|is damaged: \S+ |objects and lists/,
  async seeds(folder) {
    const contents = Object.fromEntries(MODEL_FILES.map((name) => [name, Buffer.from(name)]));
    await writeModelFiles(folder, contents as Record<ModelFile, Buffer>, untrainedRun(0.9, 1));
    const classNames = ['cat', 'dog', 'ship'];
    const shape = { numClasses: 3, imagesPerClass: 2, replicates: 1, sparsities: [0] };
    await writePredictions({ ...simulatePredictions(shape), classNames }, folder);
    await recordFailure(folder, 'StoreError: the disk is full.');
    await addScores(
      join(folder, 'scores.json'),
      [0, 1, 2].map((replicate) => ({
        ...{ variant: 'dense', sparsity: 0, replicate, run: `run ${replicate}` },
        ...{ corruption: 'clean', severity: 0, n_images: 100, top1: 0.75, top5: 1 },
      })),
    );
    return files(folder, /^(run|population|failure|scores)\.json$/);
  },
  read: readRecord,
  isPart: () => false,
};

/** Records that are older than checksums, and plans. */
const oldJson: Kind = {
  name: 'JSON without checksums',
  place:
    /is not JSON|no JSON object|is damaged: \S+ |objects and lists|: [\w$.[\]]+: |\$schema|option/,
  async seeds() {
    const scores = join(DATA, 'population', 'robustness');
    const trained = join(DATA, 'population', 'sparsity=0.9', 'replicate=01');
    const score = files(scores, /^clean.*json$/)[0]!;
    const rows = JSON.parse(score.bytes.toString()).slice(0, 5);
    return [
      ...files(join(DATA, 'population'), /^population\.json$/),
      ...files(trained, /^run\.json$/),
      { name: 'scores.json', bytes: Buffer.from(JSON.stringify(rows)) },
      { name: 'plan.json', bytes: Buffer.from(PLAN) },
    ];
  },
  read: readRecord,
};

function readRecord(path: string, folder: string): Promise<unknown> {
  if (path.endsWith('run.json')) return readRun(folder);
  if (path.endsWith('population.json')) return readPopulation(folder);
  if (path.endsWith('failure.json')) return readFailure(folder);
  return path.endsWith('plan.json') ? parsePlan(path) : readScores(path);
}

const checkpoint: Kind = {
  name: 'checkpoints',
  async seeds(folder) {
    const position = { ...start(), step: 7, seconds: 1.5 };
    await writeCheckpoint(folder, untrainedRun(0.9, 1).spec, position, ARRAYS);
    return files(folder, /^checkpoint/);
  },
  read: async (_, folder) => {
    const { position, arrays } = (await readCheckpoint(folder, untrainedRun(0.9, 1).spec))!;
    return [position, [...arrays]];
  },
  isPart: () => false,
};

const PLAN = JSON.stringify({
  train: { loader: 'cifar10', options: { split: 'train' }, views: [{ op: 'take', count: 100 }] },
  test: { loader: 'cifar10', options: { split: 'test' } },
  model: { name: 'small-cnn', width: 8 },
  ...{ sparsities: [0, 0.9], replicates: 2, seed: 1, folder: 'population', steps: 10 },
  learningRate: { per256: 0.4 },
});

const notebook: Kind = {
  name: 'notebooks',
  place: /cell \d+|metadata|expected JSON|nbformat/,
  seeds: async () => [
    ...files(FIXTURES, /^written-by-jupyter\.ipynb$/),
    ...files(join(ROOT, 'notebooks'), /^00-.*\.ipynb$/).map(({ name, bytes }) => ({
      name,
      // Without its pictures, which would take all the damage.
      bytes: Buffer.from(bytes.toString().replace(/"[\w+/=\\n]{500,}"/g, '"cG5n"')),
    })),
  ],
  read: async (path) => serializeNotebook(readNotebook(path)),
};

const policy: Kind = {
  name: 'policy files',
  place: /is not JSON|no JSON object|: [\w$.[\]]+: |\$schema|no option \S/,
  seeds: async () => [
    {
      name: 'policy.json',
      bytes: Buffer.from(
        JSON.stringify({
          ...{ $schema: 'policy.schema.json', maxDrop: 0.01, maxClassDrop: 0.05, alpha: 0.05 },
          ...{ expectTop1: 0.7, classes: { cat: 0.1, 7: 0.2 }, groups: { sex: { f: 0.02 } } },
        }),
      ),
    },
  ],
  read: readPolicy,
};

const onnx: Kind = {
  name: 'ONNX',
  seeds: async () => files(join(ROOT, 'test/library/models/onnx'), /\.onnx$/),
  async read(path) {
    const network = await loadOnnx(path, { threads: 1, size: 6, layout: 'NCHW' });
    const { numClasses } = network as unknown as { numClasses: unknown };
    await (network as unknown as { close(): Promise<void> }).close();
    return numClasses;
  },
};

export const KINDS: readonly Kind[] = [
  ...[tfrecord, tfExample, parquet, csv, npy, safetensors],
  ...[modelFolder, checkpoint, json, oldJson, notebook, policy, onnx],
];
