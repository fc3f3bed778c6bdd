import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { untrainedRun } from '../library/models/runRecords';
import { people } from '../statistics/analysis/people';

/** The first version of what a kind writes, or the one that takes its place. */
export type Version = 1 | 2;

/** A kind of files that this project writes. Each loads what it needs alone, as a process of its own does. */
export interface Kind {
  readonly name: string;
  /** Writes a version into a folder, over what is there. */
  write(folder: string, version: Version): Promise<unknown>;
  /** What the readers of such files find in the folder. */
  read(folder: string): Promise<unknown>;
  /** Bytes of a piece in which the faulty disk takes the files. */
  readonly piece: number;
  /** Files that may be missing after a kill, as the mark of a complete folder. */
  readonly mayMiss?: readonly string[];
  /** Whether old files and new ones must not stand side by side. */
  readonly isUnmixed?: boolean;
  /** Files whose end is a line that a kill may cut; whoever opens them cuts it off. */
  readonly open?: (folder: string) => Promise<unknown>;
}

const predictions: Kind = {
  name: 'predictions, population.json',
  piece: 128,
  async write(folder, version) {
    const { simulatePredictions } = await import('#statistics/predictions/simulatePredictions');
    const { writePredictions } = await import('#statistics/predictions/writePredictions');
    const simulated = simulatePredictions({
      ...{ numClasses: 4, imagesPerClass: 50, replicates: 1, sparsities: [0], seed: version },
    });
    const classNames = Array.from({ length: 4 }, (_, i) => `class ${i} of ${version}`);
    await writePredictions({ ...simulated, classNames }, folder);
  },
  async read(folder) {
    const { readPredictions } = await import('#statistics/predictions/readPredictions');
    return readPredictions(folder);
  },
};

const model: Kind = {
  name: 'model, masks, run.json',
  piece: 2048,
  mayMiss: ['run.json'],
  async write(folder, version) {
    const { buildModel } = await import('#library/models/model');
    const { saveModel } = await import('#library/models/modelFolder');
    const shape = { imageShape: [8, 8, 3] as const, numClasses: 4 };
    const network = await buildModel({ name: 'small-cnn', width: 4 }, shape, version);
    await saveModel({ model: network, masks: new Map(), run: untrainedRun(0, version) }, folder);
    network.dispose();
  },
  async read(folder) {
    if (!existsSync(join(folder, 'run.json'))) return 'incomplete';
    const { readModelFiles } = await import('#library/models/modelFiles');
    return readModelFiles(folder);
  },
};

const checkpoint: Kind = {
  name: 'checkpoint',
  piece: 512,
  async write(folder, version) {
    const { start, writeCheckpoint } = await import('#library/training/checkpoint');
    const data = Float32Array.from({ length: 4000 }, (_, i) => i * version);
    const arrays = new Map([['conv1/kernel', { shape: [4000], data }]]);
    const position = { ...start(), step: version };
    await writeCheckpoint(folder, untrainedRun(0, 1).spec, position, arrays);
  },
  async read(folder) {
    const { readCheckpoint } = await import('#library/training/checkpoint');
    return readCheckpoint(folder, untrainedRun(0, 1).spec);
  },
};

const SCORES = 'clean-0-0123456789ab.json';

const scores: Kind = {
  name: 'scores',
  piece: 128,
  async write(folder, version) {
    const { addScores } = await import('#library/evaluation/scoreFiles');
    await addScores(
      join(folder, SCORES),
      Array.from({ length: 20 }, (_, replicate) => ({
        ...{ variant: 'dense', sparsity: 0, replicate, run: `run ${replicate}` },
        ...{ corruption: 'clean', severity: 0, n_images: 100, top1: version / 3, top5: 1 },
      })),
    );
  },
  async read(folder) {
    const { readScores } = await import('#library/evaluation/scoreFiles');
    return readScores(join(folder, SCORES));
  },
};

const records: Kind = {
  name: 'shards of records',
  piece: 512,
  async write(folder, version) {
    const { writeRecords } = await import('#library/records/writeRecords');
    const images = Array.from({ length: 8 }, (_, id) => ({
      ...{ id, label: id % 4, image: Buffer.alloc(2500, 16 * version + id) },
    }));
    await writeRecords(images, join(folder, 'val.tfrecord'), { shards: 2 });
  },
  async read(folder) {
    const { findShards } = await import('#library/records/findShards');
    return findShards(folder);
  },
};

const pies: Kind = {
  name: 'records of PIEs',
  piece: 64,
  mayMiss: ['pie', 'non_pie'].map((name) => join('variant=pruned 0.9', `${name}.tfrecord`)),
  isUnmixed: true,
  async write(folder, version) {
    const { simulatePredictions } = await import('#statistics/predictions/simulatePredictions');
    const { writePIERecords } = await import('#library/evaluation/writePIERecords');
    const { ImageDataset } = await import('#library/datasets/imageDataset');
    const predictions = simulatePredictions({
      ...{ numClasses: 2, imagesPerClass: 6, replicates: 3, sparsities: [0, 0.9], seed: version },
    });
    const images = new ImageDataset({
      ...{ name: 'bytes', classNames: ['a', 'b'], imageShape: [8, 8, 3], hash: 'none' },
      async *examples() {
        for (const [i, id] of predictions.imageIds.entries()) {
          const picture = { width: 8, height: 8, data: Buffer.alloc(192, i) };
          const pixels = () => new Float32Array(192);
          yield { id, label: predictions.trueClass[i]!, image: () => picture, pixels };
        }
      },
    });
    await writePIERecords(predictions, images, folder);
  },
  async read(folder) {
    const { findShards } = await import('#library/records/findShards');
    return findShards(folder).catch((error: Error) => error.name);
  },
};

const notebook = (version: Version) => ({
  metadata: {},
  cells: Array.from({ length: 20 }, (_, i) => ({
    ...{ cell_type: 'markdown' as const, id: `cell-${i}`, metadata: {} },
    source: `# Part ${i}\n${'A line of text. '.repeat(10 * version)}`,
  })),
});

const notebooks: Kind = {
  name: 'notebook, its page',
  piece: 1024,
  async write(folder, version) {
    const { writeNotebook } = await import('#kernels/notebook');
    const { notebookPage } = await import('#kernels/pages/page');
    const { writeFileAtomic } = await import('#kernels/writeFileAtomic');
    writeNotebook(join(folder, 'a.ipynb'), notebook(version));
    writeFileAtomic(join(folder, 'a.html'), await notebookPage(notebook(version)));
  },
  async read(folder) {
    const { readNotebook } = await import('#kernels/notebook');
    return readNotebook(join(folder, 'a.ipynb'));
  },
};

const ANSWERS = 'answers.jsonl';
const openAnswers = async (folder: string) => {
  const { AnswerFile } = await import('#library/annotation/answerFile');
  return AnswerFile.open(join(folder, ANSWERS));
};

const annotations: Kind = {
  name: 'answers of people',
  piece: 32,
  async write(folder, version) {
    const file = await openAnswers(folder);
    for (const row of people.slice(file.all().length, version === 1 ? 4 : 5)) await file.add(row);
    await file.close();
  },
  async read(folder) {
    const { readAnnotations } = await import('#statistics/analysis/readAnnotations');
    return readAnnotations(join(folder, ANSWERS));
  },
  open: async (folder) => (await openAnswers(folder)).close(),
};

const PAIR = join(__dirname, '../../../test/statistics/analysis/golden/pair/pair.csv');

const audits: Kind = {
  name: 'audit: page, Markdown, JSON, JUnit',
  piece: 8192,
  async write(folder, version) {
    const { auditCommand } = await import('#statistics/cli/auditCommand');
    const pages = ['html', 'markdown', 'json', 'junit'].flatMap((page) => [
      `--${page}`,
      join(folder, `report.${page}`),
    ]);
    const { log } = console;
    console.log = () => {};
    const limits = ['--max-drop', `0.0${version}`];
    await auditCommand([PAIR, ...limits, ...pages], { command: 'sbd audit' }).finally(() => {
      console.log = log;
    });
  },
  read: async (folder) => JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')),
};

/** All kinds of files. */
export const KINDS: readonly Kind[] = [
  ...[predictions, model, checkpoint, scores, records, pies, notebooks, annotations, audits],
];

/** What writing must not be: a file that is overwritten where it stands. */
export const IN_PLACE: Kind = {
  name: 'in place',
  piece: 512,
  async write(folder, version) {
    const file = await open(join(folder, 'a.bin'), 'w');
    await file.writeFile(Buffer.alloc(8192, version));
    await file.close();
  },
  read: async () => undefined,
};

/** Something that tells values apart, typed arrays and lists of bytes too. */
export function digest(value: unknown): string {
  const text = JSON.stringify(value, (_, each) =>
    each instanceof Map
      ? [...each]
      : ArrayBuffer.isView(each)
        ? Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('hex')
        : each,
  );
  return createHash('sha256')
    .update(text ?? 'undefined')
    .digest('hex');
}
