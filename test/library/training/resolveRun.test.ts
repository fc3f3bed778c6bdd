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
import type { TrainingOptions } from '#library/training/trainingOptions';
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
  loadImageFolder(folder, { size: 8, resize: 16, ...options });

/** A training of eight steps on four pictures. */
const short = (data: ImageDataset, folder: string): TrainPrunedOptions => ({
  ...{ data, folder: join(root, folder), model: MODEL, sparsity: 0.5, seed: 1 },
  ...{ steps: 8, batchSize: 2, onProgress: () => {} },
});

describe('the schedules of a run', () => {
  // 4 pictures in batches of 2: two steps an epoch.
  const resolved = async (options: TrainingOptions) =>
    resolveRun(await open(), MODEL, 0.5, 1, BACKEND, { batchSize: 2, ...options });

  it('count in epochs where its length does, and in steps where that does', async () => {
    const schedules = {
      learningRate: { per256: 1, warmup: 3, decays: [{ at: 10, factor: 0.5 }] },
      pruning: { begin: 2, end: 6, frequency: 1 },
    };
    const inEpochs = await resolved({ epochs: 20, ...schedules });
    assert.equal(inEpochs.training.steps, 40);
    assert.deepEqual(inEpochs.training.learningRate, {
      ...{ per256: 1, warmup: 6, decays: [{ at: 20, factor: 0.5 }] },
    });
    assert.deepEqual(inEpochs.pruning, {
      method: 'magnitude',
      classifier: false,
      begin: 4,
      end: 12,
      frequency: 2,
    });
    const inSteps = await resolved({ steps: 40, ...schedules });
    assert.deepEqual(inSteps.training.learningRate, schedules.learningRate);
    assert.deepEqual(inSteps.pruning, {
      method: 'magnitude',
      classifier: false,
      ...schedules.pruning,
    });
    // The default length is 90 epochs.
    assert.equal((await resolved(schedules)).training.learningRate.warmup, 6);
  });

  it("are the paper's for a run of the same length, however that is given", async () => {
    const [epochs, steps] = [await resolved({ epochs: 20 }), await resolved({ steps: 40 })];
    assert.deepEqual(epochs, steps);
    // Five of 90 epochs.
    assert.equal(epochs.training.learningRate.warmup, Math.round((40 * 5) / 90));
  });

  it('take a learning rate by itself', async () => {
    const { learningRate } = (await resolved({ steps: 40, learningRate: 0.3 })).training;
    const paper = (await resolved({ steps: 40 })).training.learningRate;
    assert.deepEqual(learningRate, { ...paper, per256: 0.3 });
  });

  it('have to end before the run does, in its own unit', async () => {
    await assert.rejects(
      resolved({ epochs: 20, pruning: { end: 20 } }),
      /pruning\.end: 20; expected less than the run's 20 epochs/,
    );
  });
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
      /stopped at step 5/,
    );
    const other = [
      [{ size: 16 }, /data\.options\.size is 16, was 8/],
      [{ resize: 8 }, /data\.options\.resize is 8, was 16/],
      [
        { classNames: ['ant', 'cat', 'bee', 'dog'] },
        /data\.options\.classNames is \["ant","cat","bee","dog"\], was undefined/,
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
      train(await open(), await open({ resize: 8 })),
      /predictions of other test images/,
    );
  });
});
