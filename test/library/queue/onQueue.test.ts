import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { loadImageFolder } from '#library/datasets/loadImageFolder';
import { corruptedSets } from '#library/datasets/shiftedSet';
import { evalRobustness } from '#library/evaluation/evalRobustness';
import { predict } from '#library/evaluation/predict';
import { scoreModels } from '#library/evaluation/scoreModels';
import { loadOnnx } from '#library/models/loadOnnx';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import { trainPopulation } from '#library/training/trainPopulation';
import { NO_REDIS, type Service, startRedis } from '../../services';
import { SBD, sbd } from '../cli/command';
import { writeFlat } from '../datasets/pictures';
import { temporaryFolder } from '../records/temporary';

const folder = temporaryFolder();
const PASSWORD = 's3cret-word';
const ONNX = join(__dirname, '../../../../test/library/models/onnx/channels-first.onnx');

describe('on a queue', { skip: NO_REDIS }, () => {
  let redis: Service;
  let queue: string;
  let worker: ChildProcess;
  let output = '';
  before(async () => {
    redis = await startRedis(folder, { password: PASSWORD });
    queue = `redis://:${PASSWORD}@127.0.0.1:${redis.port}`;
    const args = [SBD, 'worker', '--processes', '2'];
    worker = spawn(process.execPath, args, {
      env: { ...process.env, SBD_QUEUE: queue },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [worker.stdout!, worker.stderr!])
      stream.on('data', (text) => {
        output += text;
      });
  });
  after(async () => {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    await redis.stop();
  });

  it('a population is trained and evaluated as on this machine', async () => {
    const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
    const options = (name: string): TrainPopulationOptions => ({
      ...{ train: train.take(160), test: test.take(20), model: { name: 'small-cnn', width: 4 } },
      ...{ sparsities: [0, 0.9], replicates: 2, seed: 3, steps: 10, batchSize: 16 },
      ...{ compress: [{ weights: 'int8' }], folder: join(folder, name), onProgress: () => {} },
    });
    const here = await trainPopulation(options('here'));
    let done = 0;
    const there = await trainPopulation({
      ...options('there'),
      queue,
      onProgress: (now) => {
        done = now.done;
      },
    });
    assert.equal(done, 6);
    assert.deepEqual(there.models, here.models);
    for (const file of [
      'sparsity=0.9/replicate=01.parquet',
      'variant=int8/replicate=00/weights.bin',
    ])
      assert.deepEqual(
        readFileSync(join(there.folder, file)),
        readFileSync(join(here.folder, file)),
      );

    const clean = test.take(20);
    const sets = {
      clean,
      shifted: corruptedSets(clean, { corruptions: ['fog'], severities: [5] }),
    };
    const quiet = { onProgress: () => {} };
    const locally = await evalRobustness(here.folder, { ...sets, ...quiet });
    const remotely = await evalRobustness(there.folder, { ...sets, ...quiet, queue });
    assert.deepEqual(remotely.values, locally.values);
    // The workers wrote the scores where a rerun finds them.
    const again = await scoreModels(there.folder, {
      ...sets,
      onProgress: () => assert.fail('evaluated again'),
    });
    assert.equal(again.shape[0], 2 * 6);
  });

  it('a network in a file predicts as on this machine', async (t) => {
    const how = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;
    const network = await loadOnnx(ONNX, how).catch((error) => {
      if (!/onnxruntime-node/.test(error.message)) throw error;
    });
    if (!network) return t.skip('no onnxruntime-node');
    const pictures = join(folder, 'pictures');
    for (let i = 0; i < 10; i++)
      await writeFlat(join(pictures, 'ab'[i % 2]!, `${i}.png`), 8, [25 * i, 250 - 20 * i, 9 * i]);
    const classNames = ['a', 'b', 'c', 'd', 'e'];
    const data = await loadImageFolder(pictures, { size: 6, ...how, classNames });
    const parts = join(folder, 'parts');
    const here = await predict(network, data, { onProgress: () => {} });
    let images = 0;
    const there = await predict(network, data, {
      ...{ queue, folder: parts },
      onProgress: (now) => {
        images = now.images;
      },
    });
    assert.deepEqual(there, here);
    assert.ok(images <= 10);
    await assert.rejects(predict(network, data, { queue }), /a queue needs folder/);
    await assert.rejects(
      predict(network, data, { queue, folder: parts, processes: 2 }),
      /processes: a queue is given too/,
    );
    await network.close();
  });

  it('units are counted by sbd status, and no password is shown', () => {
    const env = { ...process.env, SBD_QUEUE: queue };
    const { status, stdout, stderr } = sbd(['status', '--json'], env);
    assert.equal(status, 0, stderr);
    const { groups, ...shown } = JSON.parse(stdout);
    assert.deepEqual(shown, {
      ...{ place: `redis://127.0.0.1:${redis.port}`, failures: [], workers: 1, secondsLeft: 0 },
    });
    const counts = new Map(
      groups.map((group: { name: string; done: number }) => [group.name, group.done]),
    );
    assert.equal(counts.get('train dense'), 2);
    assert.equal(counts.get('train pruned 0.9'), 2);
    assert.equal(counts.get('score fog, severity 5'), 1);
    const text = sbd(['status', queue]);
    assert.match(text.stdout, /^train dense +2 of 2 done$/m);
    assert.match(text.stdout, /^nothing left to do, 1 worker$/m);
    const wrong = sbd(['status', queue.replace(PASSWORD, `${PASSWORD}x`)]);
    assert.equal(wrong.status, 3);
    assert.match(wrong.stderr, /QueueError: The queue at redis:\/\/127/);
    for (const shown of [output, stdout, stderr, text.stdout, text.stderr, wrong.stderr])
      assert.ok(!shown.includes(PASSWORD), shown);
    assert.match(output, /train dense \w{8} done after/);
  });
});
