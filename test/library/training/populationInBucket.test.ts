import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { scoreModels } from '#library/evaluation/scoreModels';
import { loadModel } from '#library/models/modelFolder';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import { trainPopulation } from '#library/training/trainPopulation';
import { readPredictions } from '#statistics/predictions/readPredictions';
import { storeOf } from '#statistics/store/store';
import { NO_S3, s3OfSuite } from '../../services';
import { temporaryFolder } from '../records/temporary';

const folder = temporaryFolder();

describe('a population in a bucket', { skip: NO_S3 }, () => {
  s3OfSuite('bucket');

  it('is the one that a folder would hold, and is gone on with', async () => {
    const [train, test] = [await loadCifar10(), await loadCifar10({ split: 'test' })];
    const options = (place: string): TrainPopulationOptions => ({
      ...{ train: train.take(160), test: test.take(20), model: { name: 'small-cnn', width: 4 } },
      ...{ sparsities: [0, 0.9], replicates: 1, seed: 3, steps: 10, batchSize: 16, processes: 2 },
      ...{ compress: [{ weights: 'int8' }], folder: place, onProgress: () => {} },
    });
    const here = await trainPopulation(options(join(folder, 'here')));
    const there = await trainPopulation(options('s3://bucket/populations/there/'));
    assert.equal(there.folder, 's3://bucket/populations/there');
    assert.deepEqual(there.models, here.models);
    assert.deepEqual(await readPredictions('s3://bucket/populations/there'), {
      ...(await readPredictions(join(folder, 'here'))),
    });
    const shifted = { clean: test.take(10), shifted: [], onProgress: () => {} };
    const scores = await scoreModels('s3://bucket/populations/there', shifted);
    assert.deepEqual(scores.values, (await scoreModels(here.folder, shifted)).values);
    const files = async () =>
      (await storeOf('s3://x').list('s3://bucket/populations/there')).map(({ place }) =>
        place.slice('s3://bucket/populations/there/'.length),
      );
    const all = await files();
    assert.equal(all.length, 1 + 1 + 3 * 5);
    assert.ok(all.includes('variant=int8/replicate=00/run.json'), all.join(' '));
    assert.ok(
      all.some((file) => /^robustness\/clean-0-\w+\.json$/.test(file)),
      all.join(' '),
    );

    const { model } = await loadModel('s3://bucket/populations/there/sparsity=0.9/replicate=00');
    assert.equal(model.outputs[0]!.shape[1], 10);
    const lost = 's3://bucket/populations/there/sparsity=0/replicate=00.parquet';
    await storeOf(lost).remove(lost);
    const again = await trainPopulation(options('s3://bucket/populations/there'));
    assert.deepEqual(again.models, here.models);
    assert.deepEqual(await files(), all);
  });
});
