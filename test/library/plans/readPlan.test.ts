import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import Ajv from 'ajv/dist/2020';
import { BACKEND_NAMES } from '#library/backend/backend';
import { LOADERS } from '#library/datasets/openDataset';
import { VIEW_RULES } from '#library/datasets/views/rules';
import { planRules } from '#library/plans/planFile';
import { readPlan } from '#library/plans/readPlan';
import { trainPopulation } from '#library/training/trainPopulation';
import { OptionError } from '#statistics/errors';
import { sbd } from '../cli/command';
import { temporaryFolder } from '../records/temporary';

const ROOT = join(__dirname, '../../../..');
const folder = temporaryFolder();
const schema = JSON.parse(readFileSync(join(ROOT, 'src/library/plans/plan.schema.json'), 'utf8'));
const validate = new Ajv().compile(schema);

const tiny = {
  $schema: 'plan.schema.json',
  train: { loader: 'cifar10', views: [{ op: 'take', count: 160 }] },
  test: { loader: 'cifar10', options: { split: 'test' }, views: [{ op: 'take', count: 20 }] },
  model: { name: 'small-cnn', width: 4 },
  sparsities: [0, 0.9],
  replicates: 1,
  seed: 3,
  steps: 10,
  batchSize: 16,
  compress: [{ weights: 'int8' }],
  folder: 'population',
  robustness: { corrupted: { corruptions: ['fog'], severities: [1, 5] } },
};

function planned(name: string, plan: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof plan === 'string' ? plan : JSON.stringify(plan));
  return file;
}

describe('readPlan', () => {
  it('gives the options of trainPopulation and evalRobustness', async () => {
    const { population, robustness } = await readPlan(planned('plan.json', tiny));
    const { train, test, ...options } = population;
    const { $schema: _, train: __, test: ___, robustness: ____, ...written } = tiny;
    assert.deepEqual(options, { ...written, folder: join(folder, 'population') });
    assert.deepEqual([train.size, test.size], [160, 20]);
    assert.equal(robustness!.clean, test);
    assert.deepEqual(
      robustness!.shifted.map(({ corruption, severity }) => `${corruption} ${severity}`),
      ['fog 1', 'fog 5'],
    );
  });

  it('opens images whose place counts from the plan, and sets of images beside corrupted ones', async () => {
    const records = { loader: 'imagenet-records', options: { files: 'shards/*', size: 32 } };
    const plan = { ...tiny, train: records };
    await assert.rejects(readPlan(planned('records.json', plan)), (error: Error) =>
      error.message.includes(join(folder, 'shards')),
    );
    const sets = [{ corruption: 'second-half', severity: 0, data: tiny.test }];
    const clean = { ...tiny.test, views: [{ op: 'take', count: 5 }] };
    const { robustness } = await readPlan(
      planned('sets.json', { ...tiny, robustness: { clean, sets } }),
    );
    assert.equal(robustness!.clean.size, 5);
    assert.deepEqual(
      robustness!.shifted.map(({ corruption, data }) => [corruption, data.size]),
      [['second-half', 20]],
    );
  });

  it('has a schema with the same members, networks, loaders, views and backends', () => {
    const names = Object.keys(schema.properties);
    assert.deepEqual(names.sort(), ['$schema', ...Object.keys(planRules)].sort());
    const { images } = schema.$defs;
    assert.deepEqual(images.properties.loader.enum, LOADERS);
    assert.deepEqual(images.properties.views.items.properties.op.enum, Object.keys(VIEW_RULES));
    assert.deepEqual(schema.properties.backend.enum, BACKEND_NAMES);
    const required = Object.entries(planRules).filter(([, rule]) => rule.required);
    assert.deepEqual(
      schema.required,
      required.map(([name]) => name).sort(byOrderIn(schema.required)),
    );
  });

  it('refuses what its schema refuses, and says where and what is expected', async () => {
    assert.ok(validate(tiny), JSON.stringify(validate.errors));
    for (const [change, message] of [
      [{ replicate: 2 }, /there is no option replicate\. Did you mean replicates\?/],
      [{ seed: undefined }, /the option seed is missing/],
      [{ sparsities: [1] }, /sparsities: \[1\]; expected a list/],
      [{ train: 'cifar10' }, /train: 'cifar10'; expected images as/],
      [{ train: { loader: 'cifar' } }, /train\.loader: 'cifar'; expected one of cifar10,/],
      [{ train: { loader: 'cifar10', views: [{ op: 'half' }] } }, /train\.views\[0\]\.op: 'half'/],
      [{ model: { name: 'vgg' } }, /model\.name: 'vgg'; expected one of small-cnn/],
      [{ compress: [{ weights: 'int2' }] }, /compress\[0\]\.weights: 'int2'/],
      [{ learningRate: { rate: 1 } }, /no option learningRate\.rate/],
      [{ robustness: { corrupt: {} } }, /no option robustness\.corrupt\. Did you mean/],
      [
        { robustness: { corrupted: { severities: [6] } } },
        /robustness\.corrupted\.severities: \[6\]/,
      ],
    ] as const) {
      const wrong = JSON.parse(JSON.stringify({ ...tiny, ...change }));
      assert.ok(!validate(wrong), JSON.stringify(change));
      await assert.rejects(readPlan(planned('wrong.json', wrong)), (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, /^\S+wrong\.json: /);
        assert.match(error.message, message);
        return true;
      });
    }
    await assert.rejects(readPlan(planned('no.json', '{')), /no\.json: the plan is not JSON/);
    await assert.rejects(readPlan(planned('list.json', '[]')), /list\.json: the plan is no JSON/);
    await assert.rejects(
      readPlan(join(folder, 'none.json')),
      /none\.json: the plan cannot be read/,
    );
    await assert.rejects(
      readPlan(
        planned('view.json', { ...tiny, train: { loader: 'cifar10', views: [{ op: 'take' }] } }),
      ),
      /train\.views\[0\]\.count is missing/,
    );
  });
});

const byOrderIn = (order: readonly string[]) => (a: string, b: string) =>
  order.indexOf(a) - order.indexOf(b);

describe('sbd train', () => {
  it('makes the population that trainPopulation makes, evaluates it, and goes on', async () => {
    const file = planned('trained.json', tiny);
    const { status, stdout, stderr } = sbd(['train', file, '--folder', join(folder, 'trained')]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /dense +1 model, top-1 .*\n.*pruned 0\.9 .*\n.*int8 /);
    assert.match(stdout, /9 scores on 3 sets of images/);
    const { population } = await readPlan(file);
    const here = await trainPopulation({ ...population, onProgress: () => {} });
    const there = await trainPopulation({
      ...population,
      folder: join(folder, 'trained'),
      onProgress: () => assert.fail('trained again'),
    });
    for (const [i, { predictedClass, confidence }] of here.models.entries()) {
      assert.deepEqual(there.models[i]!.predictedClass, predictedClass);
      assert.deepEqual(there.models[i]!.confidence, confidence);
    }
  });

  it('says what is wrong with a plan', () => {
    const { status, stderr } = sbd(['train', planned('seedless.json', { ...tiny, seed: 'one' })]);
    assert.equal(status, 3);
    assert.match(
      stderr,
      /^OptionError: .*seedless\.json: seed: 'one'; expected a whole number\.\n$/m,
    );
  });
});
