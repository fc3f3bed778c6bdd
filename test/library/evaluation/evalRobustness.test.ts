import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { interruptWork } from '#kernels/libraries';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import type { DataFrame } from '#library/bundled/danfo/index';
import { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { corruptedSets, type ShiftedSet } from '#library/datasets/shiftedSet';
import { type EvalRobustnessOptions, evalRobustness } from '#library/evaluation/evalRobustness';
import { predict } from '#library/evaluation/predict';
import { scoreModels } from '#library/evaluation/scoreModels';
import { buildModel } from '#library/models/model';
import { findModels, loadModel, saveModel } from '#library/models/modelFolder';
import {
  type RobustnessRow,
  type ScoreRow,
  summarizeRobustness,
} from '#statistics/analysis/summarizeRobustness';
import { EvaluationError, OptionError } from '#statistics/errors';
import { variantOfSparsity } from '#statistics/predictions/variantName';
import { setProgressSink } from '#statistics/progress';
import { objectsOf } from '#statistics/tables/schema';
import { untrainedRun } from '../models/runRecords';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();
let clean: ImageDataset;
let shifted: ShiftedSet[];

/** An untrained model in the place of a trained one: what it predicts is as good to compare. */
async function write(population: string, sparsity: number, replicate: number): Promise<void> {
  const shape = { imageShape: clean.imageShape, numClasses: 10 };
  const seed = sparsity * 100 + replicate;
  const model = await buildModel({ name: 'small-cnn', width: 4 }, shape, seed);
  const run = untrainedRun(sparsity, seed);
  const folder = join(population, `sparsity=${sparsity}`, `replicate=0${replicate}`);
  await saveModel({ model, masks: new Map(), run }, folder);
  model.dispose();
}

before(async () => {
  await useBackend();
  clean = (await loadCifar10({ split: 'test' })).take(40);
  shifted = corruptedSets(clean, {
    corruptions: ['gaussian_noise', 'fog'],
    severities: [1, 5],
    scale: 'cifar',
  });
  for (const [sparsity, replicate] of [
    [0, 0],
    [0, 1],
    [0.9, 0],
  ] as const)
    await write(join(root, 'population'), sparsity, replicate);
});

const rows = (frame: DataFrame) => objectsOf(frame) as unknown as RobustnessRow[];
const evaluate = (folder: string, options: Partial<EvalRobustnessOptions> = {}) =>
  evalRobustness(join(root, folder), {
    clean,
    shifted,
    processes: 2,
    onProgress: () => {},
    ...options,
  });

describe('evalRobustness', () => {
  let table: DataFrame;
  before(async () => {
    table = await evaluate('population');
  });

  it('gives a row per set and variant, clean first', () => {
    const sets = [
      ['clean', 0],
      ...shifted.map(({ corruption, severity }) => [corruption, severity]),
    ];
    assert.deepEqual(
      rows(table).map(
        ({ corruption, severity, variant, sparsity, baseline, n_models, n_images }) => [
          ...[corruption, severity, variant, sparsity, baseline, n_models, n_images],
        ],
      ),
      sets.flatMap((set) => [
        [...set, 'dense', 0, 'dense', 2, 40],
        [...set, 'pruned 0.9', 0.9, 'dense', 1, 40],
      ]),
    );
  });

  it('has its columns in the order that is documented', () => {
    assert.deepEqual(table.columns, [
      ...['variant', 'sparsity', 'baseline', 'corruption', 'severity', 'n_models', 'n_images'],
      ...['top1', 'top5', 'top1_change', 'top1_relative', 'top1_excess'],
      ...['top5_change', 'top5_relative', 'top5_excess'],
    ]);
  });

  it('agrees with the models’ own predictions of each set', async () => {
    const models = await findModels(join(root, 'population'));
    for (const { corruption, severity, data } of shifted) {
      const right: number[][] = [];
      for (const { folder } of models) {
        const { model } = await loadModel(folder);
        const { trueClass, predictedClass, top5 } = await predict(model, data);
        right.push([
          trueClass.filter((label, i) => label === predictedClass[i]).length / 40,
          trueClass.filter((label, i) => top5.subarray(5 * i, 5 * i + 5).includes(label)).length /
            40,
        ]);
        model.dispose();
      }
      const [dense, pruned] = rows(table).filter(
        (row) => row.corruption === corruption && row.severity === severity,
      );
      assert.equal(dense!.top1, (right[0]![0]! + right[1]![0]!) / 2);
      assert.equal(dense!.top5, (right[0]![1]! + right[1]![1]!) / 2);
      assert.equal(pruned!.top1, right[2]![0]);
      assert.equal(pruned!.top5, right[2]![1]);
    }
  });

  it('sums up the scores that scoreModels gives, a row per set and model', async () => {
    const scored = await scoreModels(join(root, 'population'), { clean, shifted });
    const scores = objectsOf(scored) as unknown as ScoreRow[];
    assert.equal(scores.length, 5 * 3);
    assert.deepEqual(
      scores
        .slice(0, 3)
        .map(({ corruption, sparsity, replicate }) => [corruption, sparsity, replicate]),
      [
        ['clean', 0, 0],
        ['clean', 0, 1],
        ['clean', 0.9, 0],
      ],
    );
    assert.deepEqual(summarizeRobustness(scored), rows(table));
  });

  it('gives the same for models in memory', async () => {
    const found = await findModels(join(root, 'population'));
    const trained = await Promise.all(found.map(({ folder }) => loadModel(folder)));
    const { model } = trained[2]!;
    const models = [trained[0]!, { ...trained[1]!, replicate: 7 }, { sparsity: 0.9, model }];
    const progress: number[] = [];
    const options = {
      clean,
      shifted,
      onProgress: ({ done }: { done: number }) => progress.push(done),
    };
    assert.deepEqual(rows(await evalRobustness(models, options)), rows(table));
    assert.equal(progress.at(-1), 5);
    const scores = objectsOf(
      await scoreModels(models, { ...options, shifted: shifted[0]! }),
    ) as unknown as ScoreRow[];
    assert.deepEqual(
      scores.map(({ corruption, variant, replicate }) => [corruption, variant, replicate]),
      ['clean', shifted[0]!.corruption].flatMap((corruption) => [
        [corruption, 'dense', 0],
        [corruption, 'dense', 7],
        [corruption, 'pruned 0.9', 0],
      ]),
    );
    const alone = rows(await evalRobustness(model, { ...options, shifted: [] }));
    assert.deepEqual(
      alone.map(({ variant, sparsity, top1 }) => [variant, sparsity, top1]),
      [[model.name, Number.NaN, rows(table)[1]!.top1]],
    );
    for (const { model: used } of trained) used.dispose();
  });

  it('does again only what is missing, and adds models to what is there', async () => {
    const folder = join(root, 'population', 'robustness');
    const files = readdirSync(folder).sort();
    assert.equal(files.length, 5);
    const fog = files.find((file) => file.startsWith('fog-5'))!;
    const times = files.map((file) => statSync(join(folder, file)).mtimeMs);
    rmSync(join(folder, fog));
    assert.deepEqual(rows(await evaluate('population')), rows(table));
    files.forEach((file, i) => {
      assert.equal(statSync(join(folder, file)).mtimeMs === times[i], file !== fog, file);
    });

    await write(join(root, 'population'), 0.9, 1);
    const wider = rows(await evaluate('population'));
    assert.deepEqual(
      wider.map((row) => row.n_models),
      wider.map(() => 2),
    );
    const dense = (all: readonly RobustnessRow[]) => all.filter((row) => row.sparsity === 0);
    assert.deepEqual(dense(wider), dense(rows(table)));
    // The models seen before are those that the file had before.
    const { scores } = JSON.parse(readFileSync(join(folder, fog), 'utf8'));
    assert.equal(scores.length, 4);
  });

  it('evaluates the other models where one cannot be loaded, and names that one', async () => {
    for (const sparsity of [0, 0.9]) await write(join(root, 'damaged'), sparsity, 0);
    const masks = join(root, 'damaged', 'sparsity=0.9', 'replicate=00', 'masks.safetensors');
    const bytes = readFileSync(masks);
    rmSync(masks);
    await assert.rejects(evaluate('damaged', { processes: 1 }), (error: Error) => {
      assert.ok(error instanceof EvaluationError);
      const [first, ...reasons] = error.message.split('\n');
      assert.match(first!, /^5 of 5 sets could not be evaluated with every model; .*damaged/);
      assert.equal(reasons.length, 1);
      assert.match(
        reasons[0]!,
        /clean, severity 0, and 4 more: .*sparsity=0\.9.replicate=00 holds no complete model/,
      );
      return true;
    });
    const folder = join(root, 'damaged', 'robustness');
    const stored = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    assert.deepEqual(
      stored.map((json) => JSON.parse(json).scores.map(({ sparsity }: ScoreRow) => sparsity)),
      Array.from({ length: 5 }, () => [0]),
    );
    writeFileSync(masks, bytes);
    const mended = rows(await evaluate('damaged'));
    assert.equal(mended.length, 10);
    const pruned = (all: readonly RobustnessRow[]) => all.filter((row) => row.sparsity === 0.9);
    const top1 = (all: readonly RobustnessRow[]) => pruned(all).map((row) => row.top1);
    assert.deepEqual(top1(mended), top1(rows(table)));
  });

  it('predicts only the classes that a set is restricted to, in its processes too', async () => {
    const allowed = [0, 3, 6, 8];
    const data = clean.take(6).restrictTo(allowed);
    await write(join(root, 'restricted'), 0, 0);
    const some = [{ corruption: 'four-classes', severity: 0, data }];
    const [, row] = rows(await evaluate('restricted', { shifted: some }));
    const { model } = await loadModel(join(root, 'restricted', 'sparsity=0', 'replicate=00'));
    let right = 0;
    let inTopFiveOfAll = 0;
    for await (const { images, shape, labels } of data.batches(1)) {
      const logits = tf.tidy(() =>
        (model.predict(tf.tensor4d(images, shape)) as tf.Tensor).dataSync(),
      );
      const label = labels[0]!;
      if (allowed.every((other) => logits[other]! <= logits[label]!)) right++;
      if (logits.filter((logit) => logit > logits[label]!).length < 5) inTopFiveOfAll++;
    }
    model.dispose();
    assert.ok(inTopFiveOfAll < 6);
    assert.equal(row!.top1, right / 6);
    assert.equal(row!.top5, 1);
  });

  it('finds the scores of the checked-in population, so that none of its models is asked', async () => {
    const population = join(__dirname, '../../../../data/population');
    const images = (await loadCifar10({ split: 'test' })).take(2000);
    const seen: unknown[] = [];
    const scores = await scoreModels(population, {
      clean: images,
      shifted: corruptedSets(images),
      onProgress: (now) => seen.push(now),
    });
    assert.deepEqual(seen, []);
    assert.equal(scores.shape[0], 76 * (await findModels(population)).length);
  });

  it('checks the baseline and the batch size before any image is read', async () => {
    let read = false;
    const unread = new ImageDataset({
      name: 'unread',
      classNames: clean.classNames,
      imageShape: clean.imageShape,
      hash: '',
      async *examples() {
        read = true;
        yield* [];
      },
    });
    const { model } = await loadModel(join(root, 'population', 'sparsity=0', 'replicate=00'));
    const options = { clean: unread, shifted: [] };
    const message = /baseline: 0\.5; expected a variant or a sparsity of: dense\./;
    const attempt = evalRobustness([{ sparsity: 0, model }], { ...options, baseline: 0.5 });
    await assert.rejects(attempt, message);
    model.dispose();
    assert.ok(!read);
    const unused = { folder: join(root, 'unused'), baseline: 0.5 };
    await assert.rejects(
      evaluate('population', unused),
      /0\.5; expected a variant or a sparsity of: dense, pruned 0\.9/,
    );
    await assert.rejects(evaluate('population', { ...unused, batchSize: 0 }), (error: Error) => {
      assert.ok(error instanceof OptionError);
      assert.match(error.message, /batchSize: 0; expected a whole number, 1 or more/);
      return true;
    });
    assert.ok(!existsSync(unused.folder));
  });

  it('names the set that models in memory cannot read, and ends the line of progress', async () => {
    const { model } = await loadModel(join(root, 'population', 'sparsity=0', 'replicate=00'));
    const damaged = new ImageDataset({
      name: 'damaged',
      classNames: clean.classNames,
      imageShape: clean.imageShape,
      hash: '',
      examples() {
        throw new Error('the disk is gone');
      },
    });
    let ended = 0;
    const before = setProgressSink({ update() {}, done: () => ended++ });
    try {
      const shown = { shifted: [{ corruption: 'fog', severity: 2, data: damaged }] };
      const attempt = evalRobustness([{ sparsity: 0, model }], { clean, ...shown });
      await assert.rejects(attempt, (error: Error) => {
        assert.ok(error instanceof EvaluationError);
        assert.equal(error.message, 'fog, severity 2: the disk is gone');
        assert.equal((error.cause as Error).message, 'the disk is gone');
        return true;
      });
    } finally {
      setProgressSink(before);
      model.dispose();
    }
    assert.equal(ended, 1);
  });

  it('goes on after an interruption', async () => {
    const controller = new AbortController();
    await assert.rejects(
      evaluate('population', {
        folder: join(root, 'interrupted'),
        processes: 1,
        signal: controller.signal,
        onProgress: ({ done }) => done > 0 && controller.abort(),
      }),
      (error: Error) => {
        assert.ok(error instanceof EvaluationError);
        assert.match(error.message, /stopped; run it again to go on from .*interrupted/);
        return true;
      },
    );
    const done = readdirSync(join(root, 'interrupted')).length;
    assert.ok(done > 0 && done < 5, `${done} of 5 sets done`);
    const resumed = rows(await evaluate('population', { folder: join(root, 'interrupted') }));
    assert.deepEqual(resumed, rows(await evaluate('population')));
  });

  it('stops where a notebook is interrupted', async () => {
    await assert.rejects(
      evaluate('population', {
        folder: join(root, 'stopped'),
        processes: 1,
        onProgress: ({ done }) => done > 0 && interruptWork(new Error('interrupted')),
      }),
      /stopped; run it again/,
    );
  });

  it('needs the scores of models only, not their weights', async () => {
    await write(join(root, 'light'), 0, 0);
    const expected = rows(await evaluate('light'));
    for (const file of ['weights.bin', 'model.json', 'masks.safetensors'])
      rmSync(join(root, 'light', 'sparsity=0', 'replicate=00', file));
    assert.deepEqual(rows(await evaluate('light')), expected);
    await assert.rejects(
      evaluate('light', { shifted: corruptedSets(clean, { corruptions: ['snow'] }) }),
      /holds no complete model; expected run.json, model.json, weights.bin/,
    );
  });

  it('finds the scores that are checked in with the population', async () => {
    const population = join(__dirname, '../../../../data/population');
    const folder = join(root, 'checked-in');
    cpSync(join(population, 'robustness'), folder, { recursive: true });
    const files = readdirSync(folder).sort();
    const first = (await loadCifar10({ split: 'test' })).take(2000);
    const scores = await scoreModels(population, {
      ...{ clean: first, shifted: corruptedSets(first, { scale: 'cifar' }), folder },
      onProgress: () => assert.fail('evaluated again'),
    });
    assert.equal(files.length, 76);
    assert.deepEqual(readdirSync(folder).sort(), files);
    assert.equal(scores.shape[0], 76 * (await findModels(population)).length);
  });

  it('names what is wrong', async () => {
    const rejects = (attempt: Promise<unknown>, kind: typeof OptionError, message: RegExp) =>
      assert.rejects(attempt, (error: Error) => {
        assert.ok(error instanceof kind, String(error));
        assert.match(error.message, message);
        return true;
      });
    await rejects(evaluate('nowhere'), OptionError, /nowhere: no models; .*run\.json/);
    const twice = { shifted: [...shifted, shifted[0]!] };
    await rejects(
      evaluate('population', twice),
      OptionError,
      /gaussian_noise, severity 1 appears tw/,
    );
    const six = { shifted: [{ ...shifted[0]!, severity: 6 }] };
    await rejects(evaluate('population', six), OptionError, /severity 6; expected 1–5, or 0/);
    const source = {
      name: 'mine',
      classNames: ['a', 'b'],
      imageShape: [32, 32, 3] as const,
      hash: '',
      size: 0,
      async *examples() {},
    };
    const memory = new ImageDataset({ ...source, classNames: clean.classNames });
    const mine = (data: ImageDataset) => ({ shifted: [{ corruption: 'mine', severity: 0, data }] });
    await rejects(evaluate('population', mine(memory)), OptionError, /mine is held in memory only/);
    const { model } = await loadModel(join(root, 'population', 'sparsity=0', 'replicate=00'));
    await rejects(
      evalRobustness([{ sparsity: 0, model }], { clean, ...mine(new ImageDataset(source)) }),
      OptionError,
      /mine, severity 0: .*gives \[,10\], the data set has 2 classes/,
    );
    model.dispose();
    const tensors = tf.memory().numTensors;
    await rejects(evalRobustness([], { clean, shifted }), OptionError, /models is empty/);
    const models = (items: unknown) => evalRobustness(items as string, { clean, shifted });
    await rejects(models([model, Promise.resolve(model)]), OptionError, /models\[1\] is a promise/);
    await rejects(
      models([{ sparsity: 2, model }]),
      OptionError,
      /models\[0\]\.sparsity: 2; expected/,
    );
    await rejects(
      models([{ sparsity: 0 }]),
      OptionError,
      /expected a network as models\[0\], found/,
    );
    await rejects(
      models([{ varaint: 'a', model }]),
      OptionError,
      /Did you mean models\[0\]\.variant/,
    );
    await rejects(models(5), OptionError, /expected a population's folder or networks as models/);
    assert.equal(tf.memory().numTensors, tensors);
    const gone = join(root, 'frost');
    const broken = corruptedSets(clean, { corruptions: ['frost'], severities: [1], frost: gone });
    await rejects(
      evaluate('population', { shifted: broken }),
      EvaluationError,
      /1 of 2 sets could not be evaluated.*\n.*frost, severity 1: OptionError: frost: .*pictures/,
    );
    assert.ok(!existsSync(gone));
  });
});

describe('summarizeRobustness', () => {
  it('has changes as shares, relative to the baseline, and beyond those on clean images', () => {
    const score = (sparsity: number, corruption: string, top1: number, top5: number): ScoreRow => ({
      ...{
        variant: variantOfSparsity(sparsity),
        sparsity,
        replicate: 0,
        corruption,
        severity: corruption === 'clean' ? 0 : 2,
      },
      ...{ n_images: 10, top1, top5 },
    });
    const table = summarizeRobustness([
      score(0, 'clean', 0.8, 1),
      score(0.5, 'clean', 0.7, 0.9),
      score(0.5, 'clean', 0.5, 0.7),
      score(0, 'fog', 0.4, 0.5),
      score(0.5, 'fog', 0.1, 0.25),
      score(0.5, 'fog', 0.3, 0.25),
    ]);
    const [, cleanHalf, fogDense, fogHalf] = table;
    const near = (actual: number, expected: number) =>
      assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
    assert.deepEqual([cleanHalf!.n_models, fogHalf!.n_models], [2, 2]);
    near(cleanHalf!.top1, 0.6);
    near(cleanHalf!.top1_change, -0.2);
    near(cleanHalf!.top1_relative, -0.25);
    near(cleanHalf!.top1_excess, 0);
    near(fogHalf!.top1_change, -0.2);
    near(fogHalf!.top1_relative, -0.5);
    near(fogHalf!.top1_excess, -0.25);
    near(fogHalf!.top5_change, -0.25);
    near(fogHalf!.top5_relative, -0.5);
    near(fogHalf!.top5_excess, -0.3);
    assert.deepEqual([fogDense!.top1_change, fogDense!.top1_excess], [0, 0]);
  });

  it('needs clean images', () => {
    assert.throws(() => summarizeRobustness([]), OptionError);
  });
});
