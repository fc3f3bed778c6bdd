import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { type ImageFolderOptions, loadImageFolder } from '#library/datasets/loadImageFolder';
import { findModels, readRun } from '#library/models/modelFolder';
import { resolveRun } from '#library/training/resolveRun';
import { assertSameOutcome } from '#library/training/sameRun';
import { trainPopulation } from '#library/training/trainPopulation';
import { type TrainPrunedOptions, trainPruned } from '#library/training/trainPruned';
import { TrainingError } from '#statistics/errors';
import { writeFlat } from '../datasets/pictures';
import { temporaryFolder } from '../records/temporary';

const BACKEND = {
  name: 'wasm-simd',
  tfjsBackend: 'wasm',
  version: '4.22.0',
  kernels: 'other',
} as const;
const POPULATION = join(__dirname, '../../../../data/population');
const MODEL = { name: 'small-cnn', depth: 1, width: 4 } as const;

const root = temporaryFolder();
const pictures = join(root, 'pictures');
before(async () => {
  for (const [i, name] of ['ant', 'bee', 'cat', 'dog'].entries())
    await writeFlat(join(pictures, name, 'a.png'), 16, [60 * i, 100, 200]);
});
const open = (options: ImageFolderOptions = {}, folder = pictures) =>
  loadImageFolder(folder, { imageSize: 8, shorterSide: 16, ...options });

/** A training of eight steps on four pictures. */
const short = (data: ImageDataset, folder: string): TrainPrunedOptions => ({
  ...{ data, folder: join(root, folder), model: MODEL, sparsity: 0.5, seed: 1 },
  ...{ steps: 8, batchSize: 2, onProgress: () => {} },
});

describe('a run', () => {
  it('is that of one preprocessing, which another one does not go on from', async () => {
    const controller = new AbortController();
    const onProgress = ({ step }: { step: number }) => step === 5 && controller.abort();
    await assert.rejects(
      trainPruned({
        ...short(await open(), 'stopped'),
        ...{ signal: controller.signal, onProgress },
      }),
      /stopped after step 5/,
    );
    const other = [
      [{ imageSize: 16 }, /data\.options\.imageSize is 16, was 8/],
      [{ shorterSide: 8 }, /data\.options\.shorterSide is 8, was 16/],
      [
        { classes: ['ant', 'cat', 'bee', 'dog'] },
        /data\.options\.classes is \["ant","cat","bee","dog"\], was undefined/,
      ],
    ] as const;
    for (const [options, message] of other)
      await assert.rejects(trainPruned(short(await open(options), 'stopped')), (error) => {
        assert.ok(error instanceof TrainingError);
        assert.match(error.message, message);
        return true;
      });
  });

  it('goes on with the same images elsewhere', async () => {
    const first = await trainPruned(short(await open(), 'moved'));
    const moved = join(root, 'elsewhere');
    await cp(pictures, moved, { recursive: true });
    const again = await trainPruned({
      ...short(await open({}, moved), 'moved'),
      onProgress: () => assert.fail('trained again'),
    });
    assert.deepEqual(again.run, JSON.parse(JSON.stringify(first.run)));
  });

  it('takes the models that are checked in as done', async () => {
    const population = JSON.parse(await readFile(join(POPULATION, 'population.json'), 'utf8'));
    const train = await loadCifar10();
    const models = await findModels(POPULATION);
    assert.ok(models.length >= 45);
    for (const { folder, sparsity } of models) {
      const { spec } = (await readRun(folder))!;
      const now = resolveRun(
        train,
        population.model,
        sparsity,
        spec.seed,
        BACKEND,
        population.training,
      );
      assertSameOutcome(folder, now, spec);
      assert.deepEqual(now.data, spec.data);
    }
  });
});

describe('a population of a folder of images', () => {
  const train = (data: ImageDataset, test = data) =>
    trainPopulation({
      ...{ train: data, test, model: MODEL, sparsities: [0], replicates: 1, seed: 1 },
      ...{ steps: 2, batchSize: 2, folder: join(root, 'population'), onProgress: () => {} },
    });

  it('is found done however the folder is named, and not for other images', async () => {
    await train(await open({}, relative(process.cwd(), pictures)));
    const again = await train(await open({}, relative(process.cwd(), pictures)));
    assert.equal(again.models.length, 1);
    await assert.rejects(
      train(await open(), await open({ shorterSide: 8 })),
      /predictions of other test images/,
    );
  });
});
