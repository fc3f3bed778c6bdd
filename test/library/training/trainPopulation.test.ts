import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as tf from '#library/backend/tf';
import { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { predict } from '#library/evaluation/predict';
import { scoreModels } from '#library/evaluation/scoreModels';
import { loadModel } from '#library/models/modelFolder';
import { type Population, PopulationError } from '#library/training/population';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import type { PopulationProgress } from '#library/training/populationTally';
import { trainPopulation } from '#library/training/trainPopulation';
import { perClassFlips } from '#statistics/analysis/perClassFlips';
import { perClassTTest } from '#statistics/analysis/perClassTTest';
import { OptionError, TrainingError } from '#statistics/errors';
import { temporaryPath } from '#statistics/temporaries';

let root: string;
let train: ImageDataset;
let test: ImageDataset;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'population-'));
  [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
});
after(() => rm(root, { recursive: true }));

/** Two dense and two pruned models, of seconds in all. */
const tiny = (folder: string): TrainPopulationOptions => ({
  train: train.take(320),
  test: test.take(50),
  model: { name: 'small-cnn', width: 4 },
  sparsities: [0, 0.9],
  replicates: 2,
  seed: 3,
  steps: 20,
  batchSize: 16,
  processes: 2,
  folder: join(root, folder),
  onProgress: () => {},
});

/** The error of a population of which some models fail. */
async function failureOf(options: TrainPopulationOptions): Promise<PopulationError> {
  const error = await trainPopulation(options).catch((thrown) => thrown);
  assert.ok(error instanceof PopulationError, String(error));
  return error;
}

const file = (folder: string, unit: string) => join(root, folder, unit);
const predicted = ({ models }: Population) => models.map((model) => [...model.predictedClass]);

describe('trainPopulation', () => {
  let unbroken: Population;
  before(async () => {
    unbroken = await trainPopulation(tiny('unbroken'));
  });

  it('predicts every image with every model, and records each run', async () => {
    assert.deepEqual(
      unbroken.models.map(({ sparsity, replicate }) => [sparsity, replicate]),
      [
        [0, 0],
        [0, 1],
        [0.9, 0],
        [0.9, 1],
      ],
    );
    assert.deepEqual(
      [...unbroken.imageIds],
      Array.from({ length: 50 }, (_, i) => i),
    );
    assert.equal(unbroken.classNames![3], 'cat');
    // The first test images are a cat, two ships and an airplane.
    assert.deepEqual([...unbroken.trueClass.subarray(0, 4)], [3, 8, 8, 0]);
    const runs = await Promise.all(
      ['sparsity=0/replicate=00', 'sparsity=0.9/replicate=01'].map(async (unit) =>
        JSON.parse(await readFile(file('unbroken', `${unit}/run.json`), 'utf8')),
      ),
    );
    assert.equal(runs[0].outcome.sparsity, 0);
    assert.ok(Math.abs(runs[1].outcome.sparsity - 0.9) < 0.01);
    assert.equal(runs[0].spec.backend.name, unbroken.backend.name);
    assert.notEqual(runs[0].spec.seed, runs[1].spec.seed);
  });

  it('makes again only what is missing', async () => {
    const missing = file('unbroken', 'sparsity=0/replicate=01.parquet');
    const kept = file('unbroken', 'sparsity=0/replicate=00.parquet');
    const before = { kept: (await stat(kept)).mtimeMs, missing: await readFile(missing) };
    await rm(missing);
    // A process that was killed as it wrote.
    await writeFile(temporaryPath(missing), '');
    const again = await trainPopulation(tiny('unbroken'));
    assert.equal((await stat(kept)).mtimeMs, before.kept);
    assert.deepEqual(await readFile(missing), before.missing);
    const level = await readdir(file('unbroken', 'sparsity=0'));
    assert.ok(!level.some((name) => name.endsWith('.tmp')));
    assert.deepEqual(predicted(again), predicted(unbroken));
  });

  it('adds replicates to what is there', async () => {
    const wider = await trainPopulation({ ...tiny('unbroken'), sparsities: [0], replicates: 3 });
    assert.deepEqual(predicted(wider).slice(0, 2), predicted(unbroken).slice(0, 2));
    assert.equal(wider.models.length, 3);
  });

  it('quantizes every dense model, also of a population that is there', async () => {
    const kept = file('unbroken', 'sparsity=0/replicate=00.parquet');
    const before = (await stat(kept)).mtimeMs;
    const compress = [
      { weights: 'int8' },
      { weights: 'int4', perChannel: false },
      { weights: 'int8', activations: 'int8' },
    ] as const;
    let last: PopulationProgress | undefined;
    const population = await trainPopulation({
      ...tiny('unbroken'),
      compress,
      onProgress: (progress) => {
        last = progress;
      },
    });
    assert.deepEqual([last?.done, last?.models], [10, 10]);
    assert.equal((await stat(kept)).mtimeMs, before);
    assert.deepEqual(
      [...new Set(population.models.map(({ variant }) => variant))],
      ['dense', 'pruned 0.9', 'int8', 'int4 per tensor', 'int8 static'],
    );
    for (const model of population.models.slice(4)) {
      assert.ok(Number.isNaN(model.sparsity), model.variant);
      const { model: network, run } = await loadModel(
        file(
          'unbroken',
          `variant=${encodeURIComponent(model.variant)}/replicate=0${model.replicate}`,
        ),
      );
      assert.equal(run.quantization?.weights, model.variant.slice(0, 4));
      assert.deepEqual(
        (await predict(network, test.take(50))).predictedClass,
        model.predictedClass,
      );
      const dense = population.models[model.replicate]!;
      const apart = model.confidence!.map((x, i) => Math.abs(x - dense.confidence![i]!));
      assert.ok(Math.max(...apart) > 0, `${model.variant} is the dense network`);
      if (model.variant === 'int8') assert.ok(Math.max(...apart) < 0.05, 'int8 is another network');
    }
    const rows = perClassFlips(population).filter(({ variant }) => variant === 'int8');
    assert.deepEqual([...new Set(rows.map(({ replicate }) => replicate))], [0, 1]);
    const tests = perClassTTest(population, { pairing: 'replicate' });
    assert.ok(tests.some(({ variant, n_variant }) => variant === 'int8' && n_variant === 2));
    const scores = await scoreModels(file('unbroken', ''), { clean: test.take(20), shifted: [] });
    // The test before has left one more dense model.
    assert.equal(scores.shape[0], 11);
  });

  it('quantizes again where the record names another network', async () => {
    const options = { ...tiny('unbroken'), compress: [{ weights: 'int8' }] as const };
    const files = [0, 1].map((i) => file('unbroken', `variant=int8/replicate=0${i}.parquet`));
    const times = () => Promise.all(files.map(async (path) => (await stat(path)).mtimeMs));
    const record = file('unbroken', 'variant=int8/replicate=00/run.json');
    const run = JSON.parse(await readFile(record, 'utf8'));
    const dense = file('unbroken', 'sparsity=0/replicate=00/run.json');
    const { files: _, checksum: __, ...made } = JSON.parse(await readFile(dense, 'utf8'));
    const json = `${JSON.stringify(made, null, 2)}\n`;
    assert.equal(run.quantization.baseline, createHash('sha256').update(json).digest('hex'));
    run.quantization.baseline = 'another';
    run.checksum = undefined;
    await writeFile(record, JSON.stringify(run));
    const before = await times();
    await trainPopulation(options);
    const after = await times();
    assert.notEqual(after[0], before[0]);
    assert.equal(after[1], before[1]);
  });

  it('rejects where a quantization fails, and loses no other', async () => {
    // A folder where a file of the model should be.
    await mkdir(file('unquantized', 'variant=int8/replicate=00/model.json'), { recursive: true });
    let last: PopulationProgress | undefined;
    const error = await failureOf({
      ...tiny('unquantized'),
      ...{ sparsities: [0], replicates: 1 },
      compress: [{ weights: 'int8' }, { weights: 'float16' }],
      onProgress: (progress) => {
        last = progress;
      },
    });
    const { population } = error;
    assert.deepEqual(
      population.models.map(({ variant }) => variant),
      ['dense', 'float16'],
    );
    assert.deepEqual(
      population.failures.map(({ variant, replicate }) => [variant, replicate]),
      [['int8', 0]],
    );
    assert.deepEqual([last?.done, last?.failed, last?.models], [2, 1, 3]);
    assert.match(
      error.message,
      /^1 of 3 models failed; .*unquantized.*Run it again.*\n.*int8.*0: StoreError: .*model\.json cannot be written/,
    );
  });

  it('goes on after an interruption, to the same predictions', async () => {
    const controller = new AbortController();
    await assert.rejects(
      trainPopulation({
        ...tiny('interrupted'),
        signal: controller.signal,
        onProgress: ({ done }) => done > 0 && controller.abort(),
      }),
      /stopped with \d of 4 models done; run it again to go on from .*interrupted/,
    );
    assert.ok(!existsSync(file('interrupted', 'sparsity=0.9/replicate=01.parquet')));
    const resumed = await trainPopulation(tiny('interrupted'));
    assert.deepEqual(predicted(resumed), predicted(unbroken));
  });

  it("finds models of a user's own topology done when it is built again", async () => {
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 2, kernelSize: 5, strides: 4, inputShape: [32, 32, 3] }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 10 }),
        ],
      });
    const own = () => ({ ...tiny('own'), model: build(), sparsities: [0.5], replicates: 1 });
    const first = await trainPopulation(own());
    const again = await trainPopulation({ ...own(), onProgress: () => assert.fail('trained') });
    assert.deepEqual(predicted(again), predicted(first));
  });

  it('stops predictions that are under way', async () => {
    const controller = new AbortController();
    const options = { ...tiny('predicting'), sparsities: [0], replicates: 1, test };
    let reports = 0;
    await assert.rejects(
      trainPopulation({
        ...options,
        signal: controller.signal,
        // 10,000 predictions follow the last step.
        onProgress: () => ++reports === options.steps && controller.abort(),
      }),
      /stopped with 0 of 1 models done; run it again/,
    );
    assert.ok(existsSync(file('predicting', 'sparsity=0/replicate=00/run.json')));
    assert.ok(!existsSync(file('predicting', 'sparsity=0/replicate=00.parquet')));
  });

  const children = `/proc/${process.pid}/task/${process.pid}/children`;
  it('tries a model again whose process was killed', { skip: !existsSync(children) }, async () => {
    let killed = false;
    const population = await trainPopulation({
      ...tiny('killed'),
      onProgress: async () => {
        if (killed) return;
        killed = true;
        const [child] = (await readFile(children, 'utf8')).trim().split(' ');
        process.kill(Number(child), 'SIGKILL');
      },
    });
    assert.ok(killed);
    assert.deepEqual(population.failures, []);
    assert.deepEqual(predicted(population), predicted(unbroken));
  });

  it('rejects where a model fails twice, loses no other, and goes on without it where told', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const damaged = file('failing', 'sparsity=0.9/replicate=00');
    await mkdir(damaged, { recursive: true });
    await writeFile(join(damaged, 'checkpoint.safetensors'), 'damaged');
    const { population } = await failureOf(tiny('failing'));
    assert.equal(warn.mock.callCount(), 0);
    assert.deepEqual(
      population.models.map(({ sparsity, replicate }) => [sparsity, replicate]),
      [
        [0, 0],
        [0, 1],
        [0.9, 1],
      ],
    );
    const [failure] = population.failures;
    assert.equal(population.failures.length, 1);
    assert.deepEqual([failure!.sparsity, failure!.replicate], [0.9, 0]);
    assert.match(failure!.reason, /checkpoint\.safetensors/);
    const allowed = await trainPopulation({ ...tiny('failing'), allowFailures: true });
    assert.deepEqual(predicted(allowed), predicted(population));
    assert.match(String(warn.mock.calls[0]!.arguments[0]), /1 of 4 models failed.*\n.*0\.9.*0:/);
  });

  it('refuses a folder with other options, and data that only memory holds', async () => {
    await assert.rejects(trainPopulation({ ...tiny('unbroken'), steps: 21 }), (error) => {
      assert.ok(error instanceof TrainingError);
      assert.match(error.message, /training\.steps is 21, was 20.*another folder/);
      return true;
    });
    await assert.rejects(
      trainPopulation({ ...tiny('unbroken'), test: test.take(40) }),
      /predictions of other test images: .*"count":50.*"count":40.*another folder/,
    );
    const source = {
      name: 'mine',
      classNames: ['a', 'b'],
      imageShape: [1, 1, 1] as const,
      hash: '',
      size: 0,
      async *examples() {},
    };
    await assert.rejects(
      trainPopulation({ ...tiny('memory'), train: new ImageDataset(source) }),
      (error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /mine is held in memory only.*writeRecords/);
        return true;
      },
    );
    await assert.rejects(trainPopulation({ ...tiny('none'), sparsities: [] }), {
      name: 'OptionError',
      message: 'sparsities: []; expected a list of 1 or more, each 0 (dense) to below 1.',
    });
    await assert.rejects(trainPopulation({ ...tiny('none'), replicates: 0 }), OptionError);
    const int8 = { weights: 'int8' } as const;
    for (const [options, message] of [
      [{ compress: [int8], sparsities: [0.9] }, /^sparsities: .*0 among them/],
      [{ compress: [int8, int8] }, /^compress: 'int8'; expected each quantization once/],
      [{ compress: [{ weights: 'int2' }] }, /^compress\[0\]\.weights: 'int2'/],
    ] as const)
      await assert.rejects(
        trainPopulation({ ...tiny('none'), ...options } as TrainPopulationOptions),
        (error: Error) => error instanceof OptionError && message.test(error.message),
      );
  });
});
