import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import * as library from '#library/index';
import { OptionError, SbdError } from '#statistics/errors';
import { temporaryFolder } from './records/temporary';

type Cell = (...args: unknown[]) => unknown;
const cells = library as unknown as Readonly<Record<string, Cell>>;
const call = async (name: string, args: readonly unknown[]) => cells[name]!(...args);

const root = temporaryFolder();
const data = new library.ImageDataset({
  name: 'greys',
  classNames: ['dark', 'light'],
  imageShape: [8, 8, 3],
  hash: 'greys',
  size: 2,
  normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
  spec: { loader: 'image-folder', options: { folder: root } },
  async *examples() {
    for (const label of [0, 1])
      yield {
        ...{ id: label, label },
        image: () => ({ width: 8, height: 8, data: new Uint8Array(192).fill(200 * label) }),
        pixels: () => new Float32Array(192).fill(label),
      };
  },
});
const image = { width: 8, height: 8, data: new Uint8Array(192) };
const spec = { name: 'small-cnn', depth: 1, width: 4 };
const run = { data, model: spec, sparsity: 0, seed: 1, steps: 1, batchSize: 1 };
const population = {
  ...{ train: data, test: data, model: spec, sparsities: [0], replicates: 1, seed: 1 },
  folder: join(root, 'population'),
};
const sets = { clean: data, shifted: [] };

let network: library.tf.LayersModel;
let predictions: library.Predictions;
let table: library.DataFrame;
before(async () => {
  network = await library.buildModel({ name: 'small-cnn', depth: 1 }, data, 1);
  predictions = await library.readPredictions(
    [0, 0.5].map((sparsity) => ({ sparsity, image_id: 0, true_class: 0, predicted_class: 0 })),
  );
  table = library.findPIEs(predictions);
});

/** A cell, its arguments before the options, valid options, a wrong key, the right one, a wrong value. */
interface Case {
  readonly name: string;
  readonly args?: () => unknown[];
  readonly options?: object;
  readonly wrong: readonly [key: string, right: string];
  readonly value: object;
}

const CASES: readonly Case[] = [
  { name: 'useBackend', wrong: ['backned', 'backend'], value: { backend: 1 } },
  {
    ...{ name: 'corrupt', args: () => [image, 'fog', 1] },
    ...{ wrong: ['sead', 'seed'], value: { scale: 'mnist' } },
  },
  {
    ...{ name: 'corruptedSets', args: () => [data] },
    ...{ wrong: ['severitys', 'severities'], value: { corruptions: ['rain'] } },
  },
  {
    ...{ name: 'corruptionGallery', args: () => [image] },
    ...{ wrong: ['corruption', 'corruptions'], value: { seed: 'a' } },
  },
  {
    ...{ name: 'imageGallery', args: () => [data] },
    ...{ wrong: ['titel', 'title'], value: { count: 0 } },
  },
  {
    ...{ name: 'pieGallery', args: () => [table, data] },
    ...{ wrong: ['varient', 'variant'], value: { count: '18' } },
  },
  {
    ...{ name: 'predict', args: () => [network, data] },
    ...{ wrong: ['batchsize', 'batchSize'], value: { batchSize: 0.5 } },
  },
  {
    ...{ name: 'scoreModels', args: () => [network], options: sets },
    ...{ wrong: ['shiftd', 'shifted'], value: { clean: 'cifar' } },
  },
  {
    ...{ name: 'evalRobustness', args: () => [network], options: sets },
    ...{ wrong: ['baselin', 'baseline'], value: { processes: 0 } },
  },
  {
    ...{ name: 'writePIERecords', args: () => [predictions, data, join(root, 'pies')] },
    ...{ wrong: ['shard', 'shards'], value: { gzip: 'yes' } },
  },
  {
    ...{ name: 'pruneModel', args: () => [network], options: { sparsity: 0.5 } },
    ...{ wrong: ['sparsty', 'sparsity'], value: { sparsity: '0.5' } },
  },
  { name: 'loadCifar10', wrong: ['splits', 'split'], value: { split: 'valid' } },
  {
    ...{ name: 'loadCifar10C', args: () => [root] },
    ...{ wrong: ['severitys', 'severities'], value: { imagesPerSeverity: 0 } },
  },
  {
    ...{ name: 'loadImageFolder', args: () => [root] },
    ...{ wrong: ['classnames', 'classNames'], value: { size: 0 } },
  },
  {
    ...{ name: 'loadImageNetA', args: () => [root] },
    ...{ wrong: ['sizes', 'size'], value: { classNames: 'text' } },
  },
  {
    ...{ name: 'loadImageNetC', args: () => [root] },
    ...{ wrong: ['corruption', 'corruptions'], value: { severities: [6] } },
  },
  {
    ...{ name: 'loadImageNetRecords', args: () => [root] },
    ...{ wrong: ['classnames', 'classNames'], value: { onBadRecord: 'ignore' } },
  },
  {
    ...{ name: 'writeRecords', args: () => [[], join(root, 'written')] },
    ...{ wrong: ['shard', 'shards'], value: { gzip: 1 } },
  },
  { name: 'trainPruned', options: run, wrong: ['epoch', 'epochs'], value: { momentum: 1 } },
  {
    ...{ name: 'trainPopulation', options: population },
    ...{ wrong: ['replicas', 'replicates'], value: { sparsities: 0.9 } },
  },
];

const rejects = (attempt: Promise<unknown>, check: (error: OptionError) => void) =>
  assert.rejects(attempt, (error: OptionError) => {
    assert.ok(error instanceof OptionError, String(error));
    check(error);
    return true;
  });
const says = (attempt: Promise<unknown>, pattern: RegExp) =>
  rejects(attempt, ({ message }) => assert.match(message, pattern));

describe('options of the library are checked without types, too', () => {
  for (const { name, args = () => [], options = {}, wrong, value } of CASES) {
    it(`${name} names a wrong option and the nearest one`, async () => {
      const [key, right] = wrong;
      await rejects(call(name, [...args(), { ...options, [key]: 1 }]), (error) => {
        const expected = `${name}: there is no option ${key}. Did you mean ${right}? It takes `;
        assert.ok(error.message.startsWith(expected), error.message);
        assert.deepEqual([error.option, error.value], [key, 1]);
      });
    });

    it(`${name} names an option with a wrong value`, async () => {
      const [option, wrongValue] = Object.entries(value)[0]!;
      await rejects(call(name, [...args(), { ...options, ...value }]), (error) => {
        assert.deepEqual([error.option, error.value], [option, wrongValue]);
      });
    });

    it(`${name} refuses options that are not an object`, () =>
      says(call(name, [...args(), 5]), new RegExp(`${name}: expected options as an object`)));
  }

  for (const { name, args } of CASES.filter((one) => one.args))
    it(`${name} names an argument without await, and one that is missing`, async () => {
      const given = args!();
      for (const i of given.keys()) {
        // A corruption and its severity are no results of a cell.
        if (['string', 'number'].includes(typeof given[i])) continue;
        const awaited = given.with(i, Promise.resolve(given[i]));
        await assert.rejects(
          call(name, awaited),
          (error: Error) => error instanceof SbdError && /put await before/.test(error.message),
        );
      }
      await assert.rejects(call(name, []), SbdError);
    });

  it('tells a path from the thing that is read from it', async () => {
    await says(call('predict', ['model', data]), /'model'; load it with await loadModel\(folder\)/);
    await says(
      call('predict', [network, 'images']),
      /'images'; open it with await loadImageFolder/,
    );
    await says(call('pruneModel', ['model', { sparsity: 0.5 }]), /await loadModel\(folder\)/);
    await says(call('corruptedSets', ['images']), /expected a data set as data, found 'images'/);
    await says(
      call('writePIERecords', ['predictions', data, root]),
      /read them with await readPredictions\(path\)/,
    );
    await says(
      call('writePIERecords', [predictions, data]),
      /expected a path as folder, found und/,
    );
    await says(
      call('loadModel', [network]),
      /loadModel: expected a path as folder, found an object/,
    );
    await says(
      call('trainPruned', [{ ...run, data: 'images' }]),
      /^data: 'images'; expected a data/,
    );
  });

  it('checks the description of a network', async () => {
    const shape = { imageShape: [8, 8, 3], numClasses: 2 };
    const build = (model: unknown, ...rest: unknown[]) => call('buildModel', [model, ...rest]);
    await says(build('small-cnn', shape, 1), /a network by name, .*found 'small-cnn'/);
    await says(build({ name: 'small-cnn', dept: 2 }, shape, 1), /Did you mean model\.depth\?/);
    await says(
      build(spec, { imageShape: [8, 8], numClasses: 2 }, 1),
      /expected a shape \{ imageSh/,
    );
    await says(build(spec, shape), /^seed: undefined; expected a whole number/);
    const misspelt = { name: 'small-cnn', dept: 2 };
    await says(
      call('trainPruned', [{ ...run, model: misspelt }]),
      /trainPruned: there is no option model\.dept\. Did you mean model\.depth\?/,
    );
    await says(call('trainPopulation', [{ ...population, model: misspelt }]), /model\.depth\?/);
  });

  it('checks options that lie in others', async () => {
    const refuses = (options: object, pattern: RegExp) =>
      says(call('trainPruned', [{ ...run, ...options }]), pattern);
    await refuses(
      { learningRate: { per256: 1, warmUp: 1 } },
      /Did you mean learningRate\.warmup\?/,
    );
    await refuses({ learningRate: { decays: [{ at: 1 }] } }, /decays\[0\]\.factor is missing/);
    await refuses({ pruning: { start: 1 } }, /there is no option pruning\.start/);
    await refuses(
      { pruning: { method: 'size' } },
      /pruning\.method: 'size'; expected one of magni/,
    );
  });

  it('checks the views of a data set', async () => {
    await says(
      call0(() => data.shuffle('a' as never)),
      /^seed: 'a'; expected a whole number/,
    );
    await says(
      call0(() => data.augment(0.5)),
      /^seed: 0\.5/,
    );
    await says(
      call0(() => data.corrupt('fog', 1, { sclae: 1 } as never)),
      /Did you mean scale\?/,
    );
    await says(
      call0(() => data.batches(1, { skp: 1 } as never).next()),
      /Did you mean skip\?/,
    );
  });

  it('tells a figure from other things', async () => {
    await says(call('renderPng', [table]), /renderPng: expected a figure, as topOneFigure gives/);
    await says(call('renderPng', [Promise.resolve({})]), /figure is a promise; put await before/);
  });
});

async function call0(attempt: () => unknown): Promise<unknown> {
  return attempt();
}
