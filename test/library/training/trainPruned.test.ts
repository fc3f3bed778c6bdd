import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as tf from '#library/backend/tf';
import { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import type { ImageSource } from '#library/datasets/types';
import { predict } from '#library/evaluation/predict';
import { loadModel } from '#library/models/modelFolder';
import { type TrainPrunedOptions, trainPruned } from '#library/training/trainPruned';
import { OptionError, TrainingError } from '#statistics/errors';
import type { ImageId } from '#statistics/predictions/predictions';
import { temporaryPath } from '#statistics/temporaries';
import { shortRun } from './shortRun';

let folder: string;
let data: ImageDataset;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
  data = await loadCifar10();
});
after(() => rm(folder, { recursive: true }));

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

describe('trainPruned', () => {
  it('learns real images: the loss falls, and a test set is predicted better than by chance', async () => {
    const { model, run } = await trainPruned({
      ...shortRun(data),
      data: data.take(4_000),
      model: { name: 'small-cnn', width: 8 },
      steps: 120,
      batchSize: 64,
      learningRate: { per256: 0.4 },
    });
    const { history } = run.outcome;
    assert.ok(history.at(-1)!.loss < 0.9 * history[0]!.loss);
    const test = (await loadCifar10({ split: 'test' })).take(1_000);
    const { trueClass, predictedClass } = await predict(model, test);
    const right = trueClass.filter((label, i) => label === predictedClass[i]).length;
    // Chance is 100 ± 9.5.
    assert.ok(right > 180, `${right} of 1,000 right`);
  });

  it('reaches the sparsity exactly, in every tensor, and computes with the masked weights', async () => {
    const { model, masks, run } = await trainPruned(shortRun(data));
    assert.deepEqual([...masks.keys()], ['conv1/kernel', 'conv2/kernel', 'conv3/kernel']);
    for (const { name, size, kept } of run.outcome.tensors) {
      assert.equal(kept, Math.round(size * 0.1));
      const values = [...model.getLayer(name.replace('/kernel', '')).getWeights()[0]!.dataSync()];
      const mask = masks.get(name)!.data;
      assert.equal(values.filter((value) => value !== 0).length, kept);
      assert.ok(values.every((value, i) => mask[i] === 1 || value === 0));
    }
    assert.ok(Math.abs(run.outcome.sparsity - 0.9) < 1e-3);
  });

  it('gives the same weights for the same seed, bit for bit, and others for another', async () => {
    const [a, b] = [await trainPruned(shortRun(data)), await trainPruned(shortRun(data))];
    assert.deepEqual(weightsOf(a.model), weightsOf(b.model));
    const c = await trainPruned({ ...shortRun(data), seed: 12 });
    assert.notDeepEqual(weightsOf(a.model), weightsOf(c.model));
  });

  it('ends in the same weights after its process was killed twice', async () => {
    const killed = join(folder, 'killed');
    for (const afterStep of [13, 29]) {
      const child = fork(join(__dirname, 'killedTraining.js'), [killed]);
      await killAfterStep(child, afterStep);
      assert.ok(existsSync(join(killed, 'checkpoint.safetensors')));
      assert.ok(!existsSync(join(killed, 'run.json')));
    }
    const steps: number[] = [];
    const resumed = await trainPruned({
      ...shortRun(data),
      folder: killed,
      onProgress: ({ step }) => steps.push(step),
    });
    assert.ok(steps[0]! > 13, `went on at step ${steps[0]}`);
    const unbroken = await trainPruned(shortRun(data));
    assert.deepEqual(weightsOf(resumed.model), weightsOf(unbroken.model));
    assert.deepEqual(resumed.run.outcome.history, unbroken.run.outcome.history);
    assert.ok(!existsSync(join(killed, 'checkpoint.safetensors')));
  });

  it('reads a finished model back instead of training it again, and refuses other options', async () => {
    const finished = join(folder, 'finished');
    const first = await trainPruned({ ...shortRun(data), folder: finished });
    const files = (await readdir(finished)).sort();
    // What a process leaves that is killed as it writes, or before it tidies up.
    await writeFile(join(finished, 'checkpoint.safetensors'), '');
    for (const file of ['weights.bin', 'masks.safetensors'])
      await writeFile(temporaryPath(join(finished, file)), '');
    const again = await trainPruned({
      ...shortRun(data),
      folder: finished,
      onProgress: () => assert.fail('trained again'),
    });
    assert.deepEqual((await readdir(finished)).sort(), files);
    assert.deepEqual(weightsOf(again.model), weightsOf(first.model));
    assert.deepEqual(again.run, JSON.parse(JSON.stringify(first.run)));
    assert.deepEqual(again.masks, (await loadModel(finished)).masks);
    await assert.rejects(
      trainPruned({ ...shortRun(data), folder: finished, seed: 12 }),
      (error) => {
        assert.ok(error instanceof TrainingError);
        assert.match(error.message, /finished holds a run with other options: seed is 12, was 11/);
        return true;
      },
    );
  });

  it('stops between steps when told to, and goes on later', async () => {
    const stopped = join(folder, 'stopped');
    const controller = new AbortController();
    await assert.rejects(
      trainPruned({
        ...shortRun(data),
        folder: stopped,
        signal: controller.signal,
        onProgress: ({ step }) => step === 5 && controller.abort(),
      }),
      /stopped at step 5 of 40; run it again to go on/,
    );
    const steps: number[] = [];
    const { run } = await trainPruned({
      ...shortRun(data),
      folder: stopped,
      onProgress: ({ step }) => steps.push(step),
    });
    assert.equal(steps[0], 6);
    assert.equal(run.outcome.history.length, 40);
  });

  it('goes on from a checkpoint at the end of an epoch, which is step 20', async () => {
    const ended = join(folder, 'epoch-ended');
    const run = (onProgress: TrainPrunedOptions['onProgress']) =>
      trainPruned({
        ...shortRun(data),
        folder: ended,
        checkpointSeconds: 0,
        onProgress: onProgress!,
      });
    await assert.rejects(
      run(({ step }) => assert.notEqual(step, 21)),
      assert.AssertionError,
    );
    const steps: number[] = [];
    const { model } = await run(({ step }) => steps.push(step));
    assert.equal(steps[0], 21);
    assert.deepEqual(weightsOf(model), weightsOf((await trainPruned(shortRun(data))).model));
  });

  it('names the step at which the loss is lost, and keeps the last good checkpoint', async () => {
    const diverged = join(folder, 'diverged');
    // Too high a rate from step 11 on, so that the weights after it are the first bad ones.
    const learningRate = { per256: 0.4, warmup: 0, decays: [{ at: 10, factor: 1e40 }] };
    const steps: number[] = [];
    const run = () =>
      trainPruned({
        ...shortRun(data),
        folder: diverged,
        checkpointSeconds: 0,
        learningRate,
        onProgress: ({ step }) => steps.push(step),
      });
    for (const firstStep of [1, 11]) {
      steps.length = 0;
      await assert.rejects(run(), (error) => {
        assert.ok(error instanceof TrainingError);
        assert.match(error.message, /after step 11 are not finite.*checkpoint stays in .*diverged/);
        return true;
      });
      assert.deepEqual([steps[0], steps.at(-1)], [firstStep, 11]);
    }
  });

  it('prunes at random as a control: exact, and not by magnitude', async () => {
    const random = await trainPruned({ ...shortRun(data), pruning: { method: 'random' } });
    const magnitude = await trainPruned(shortRun(data));
    for (const [name, { data }] of random.masks) {
      const kept = (data as Uint8Array).reduce((sum, bit) => sum + bit, 0);
      assert.equal(kept, Math.round(data.length * 0.1));
      assert.notDeepEqual(data, magnitude.masks.get(name)!.data);
    }
  });

  it("trains a user's own model from the weights it has, and leaves that one alone", async () => {
    const own = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, inputShape: [32, 32, 3] }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    const before = weightsOf(own);
    const pruning = { classifier: true };
    const { model, run } = await trainPruned({ ...shortRun(data), model: own, steps: 3, pruning });
    assert.deepEqual(weightsOf(own), before);
    assert.notDeepEqual(weightsOf(model), before);
    assert.equal(run.spec.model.name, 'given');
    const further = await trainPruned({
      ...{ ...shortRun(data), sparsity: 0, steps: 1 },
      model: { model, run, masks: new Map() },
    });
    assert.equal(further.run.spec.model.name, 'given');
    assert.notDeepEqual(weightsOf(further.model), weightsOf(model));
    assert.deepEqual(
      run.outcome.tensors.map(({ kept, size }) => kept / size).map((share) => share.toFixed(1)),
      ['0.1', '0.1'],
    );
  });

  it("goes on with a user's own model that is built again, in a cell that is run again", async () => {
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 2, kernelSize: 5, strides: 4, inputShape: [32, 32, 3] }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 10, kernelInitializer: 'zeros' }),
        ],
      });
    const weights = build().getWeights();
    const steps: number[] = [];
    const run = (report: (step: number) => void) => {
      const model = build();
      model.setWeights(weights);
      const own = { model, folder: join(folder, 'own'), checkpointSeconds: 0 };
      return trainPruned({ ...shortRun(data), ...own, onProgress: ({ step }) => report(step) });
    };
    await assert.rejects(
      run((step) => assert.notEqual(step, 6)),
      assert.AssertionError,
    );
    await run((step) => steps.push(step));
    assert.equal(steps[0], 6);
  });

  it('names an option that it does not take', async () => {
    const refused = (options: Partial<TrainPrunedOptions>, message: RegExp) =>
      assert.rejects(trainPruned({ ...shortRun(data), ...options }), (error) => {
        assert.ok(error instanceof OptionError, String(error));
        assert.match(error.message, message);
        return true;
      });
    await refused({ sparsity: 1 }, /sparsity: 1; expected 0 \(dense\) to below 1/);
    await refused({ epochs: 2 }, /epochs \(2\) and steps \(40\)/);
    await refused({ batchSize: 0 }, /batchSize: 0; expected a whole number/);
    await refused({ pruning: { begin: 30, end: 20 } }, /pruning.begin: 30; expected .* 20/);
    // Steps 0 to 39: a mask before step 40 would never be drawn.
    await refused({ pruning: { end: 40 } }, /pruning.end: 40; expected less than the run's 40/);
    await refused({ pruning: { begin: 1.5 } }, /pruning.begin: 1.5; expected a whole number/);
    await refused({ pruning: { begin: 1, end: 9.5 } }, /pruning.end: 9.5; expected a whole/);
    await refused({ steps: 1 }, /steps: 1; expected at least 2 to prune in/);
    for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const decays = [{ at: 3, factor: 0.1 }];
      await refused({ learningRate: { per256: bad } }, /learningRate\.per256: (NaN|-1|Infinity);/);
      await refused({ learningRate: { warmup: bad } }, /learningRate\.warmup: /);
      await refused(
        { learningRate: { decays: [...decays, { at: bad, factor: 0.1 }] } },
        /learningRate\.decays\[1\]\.at: /,
      );
      await refused(
        { learningRate: { decays: [{ at: 3, factor: bad }] } },
        /learningRate\.decays\[0\]\.factor: /,
      );
      await refused({ checkpointSeconds: bad }, /checkpointSeconds: /);
    }
    await refused({ augment: { flip: 'vertical' } as never }, /augment\.flip: 'vertical'/);
    await refused({ augment: { crop: -1 } }, /augment\.crop: -1/);
    await refused({ learningRate: { shape: 'exponential' as never } }, /learningRate\.shape: /);
    const decays = [{ at: 3, factor: 0.1 }];
    await refused({ learningRate: { shape: 'linear', decays } }, /decays: .*none where .*linear/);
    await refused({ pruning: { tensors: ['fc/kernel'] } }, /'fc\/kernel' is no trainable weight/);
  });

  it('prunes in as few as two steps, and trains dense in one', async () => {
    const short = { ...shortRun(data), batchSize: 16 };
    const { run } = await trainPruned({ ...short, steps: 2 });
    assert.ok(Math.abs(run.outcome.sparsity - 0.9) < 0.01);
    assert.equal((await trainPruned({ ...short, sparsity: 0, steps: 1 })).run.outcome.sparsity, 0);
  });

  it('prunes the classifier only if told to, and then alone where there is nothing else', async () => {
    const all = await trainPruned({ ...shortRun(data), steps: 4, pruning: { classifier: true } });
    assert.ok(all.masks.has('logits/kernel'));
    const linear = () =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [32, 32, 3] }),
          tf.layers.dense({ name: 'logits', units: 10 }),
        ],
      });
    const train = (options: Partial<TrainPrunedOptions>) =>
      trainPruned({ ...shortRun(data), model: linear(), steps: 4, ...options });
    assert.equal((await train({ sparsity: 0 })).masks.size, 0);
    await assert.rejects(train({}), /no weight to prune but its classifier's.*classifier: true/);
    const { masks } = await train({ pruning: { classifier: true } });
    assert.deepEqual([...masks.keys()], ['logits/kernel']);
  });

  it('flips each image in one of two epochs where told to', async () => {
    for (const [flip, expected] of [
      ['alternating', [true, false]],
      ['none', [false, false]],
      ['random', [undefined, undefined]],
    ] as const) {
      const seen = new Map<ImageId, (boolean | undefined)[]>();
      const source: ImageSource = {
        ...{ name: 'watched', classNames: ['a', 'b'], imageShape: [4, 4, 1], hash: '', size: 16 },
        async *examples() {
          for (let id = 0; id < 16; id++)
            yield {
              ...{ id, label: id % 2, image: () => assert.fail('not a picture') },
              pixels: (augment) => {
                seen.set(id, [...(seen.get(id) ?? []), augment!.flip]);
                return new Float32Array(16).fill(id);
              },
            };
        },
      };
      const layers = [tf.layers.flatten({ inputShape: [4, 4, 1] }), tf.layers.dense({ units: 2 })];
      const { run } = await trainPruned({
        ...{ data: new ImageDataset(source), model: tf.sequential({ layers }), sparsity: 0 },
        ...{ seed: 1, epochs: 2, batchSize: 8, augment: { flip }, onProgress: () => {} },
      });
      assert.deepEqual(run.spec.training.augment, flip === 'random' ? true : { flip });
      assert.equal(seen.size, 16);
      for (const flips of seen.values())
        assert.deepEqual(new Set(flips), new Set(expected), `${flip}: ${flips}`);
    }
  });

  it('ends where weights that are to be masked are NaN', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [32, 32, 3] }),
        tf.layers.dense({ units: 10, name: 'fc' }),
      ],
    });
    model.setWeights([tf.fill([3072, 10], Number.NaN), tf.zeros([10])]);
    const pruning = { begin: 0, end: 2, classifier: true };
    await assert.rejects(trainPruned({ ...shortRun(data), model, steps: 3, pruning }), (error) => {
      assert.ok(error instanceof TrainingError);
      assert.match(error.message, /fc\/kernel holds NaN.*learningRate\.per256/);
      return true;
    });
  });

  it('keeps no tensor but the model', async () => {
    const run = async () => (await trainPruned({ ...shortRun(data), steps: 5 })).model.dispose();
    await run();
    const before = tf.memory().numTensors;
    await run();
    assert.equal(tf.memory().numTensors, before);
  });
});

/** Kills a training, without warning, once it has reported a step beyond `step`. */
function killAfterStep(child: ChildProcess, step: number): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (reached: number) => {
      if (reached > step) child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) =>
      signal === 'SIGKILL' ? resolve() : reject(new Error(`ended with ${code} ${signal}`)),
    );
  });
}
