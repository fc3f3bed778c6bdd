import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as tf from '#library/backend/tf';
import { findModels, loadModel, saveModel } from '#library/models/modelFolder';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '#library/models/safetensors';
import { OptionError, TrainingError } from '#statistics/errors';

const TRAINED = join(__dirname, '../../../../data/population/sparsity=0.9/replicate=00');

describe('saveModel', () => {
  it('takes a trained model and a path', async () => {
    const layers = [tf.layers.dense({ units: 1, inputShape: [1] })];
    const trained = { model: tf.sequential({ layers }), masks: new Map(), run: {} };
    for (const [model, folder, message] of [
      [trained.model, 'folder', /expected a trained model, as trainPruned/],
      [Promise.resolve(trained), 'folder', /await/],
      ['folder', trained, /saveModel/],
      [trained, undefined, /expected a path as folder/],
    ] as const)
      await assert.rejects(
        saveModel(model as never, folder as never),
        (error: Error) => error instanceof OptionError && message.test(error.message),
      );
  });
});

describe('loadModel', () => {
  let root: string;
  let folder: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'model-'));
    folder = join(root, 'sparsity=0.9', 'replicate=00');
  });
  after(() => rm(root, { recursive: true }));

  /** Loads a trained model, older than checksums, of which one file was changed. */
  async function loadChanged(name: string, change: (bytes: Buffer) => string | Uint8Array) {
    await rm(folder, { recursive: true, force: true });
    await cp(TRAINED, folder, { recursive: true });
    const record = join(folder, 'run.json');
    const { files, checksum, ...run } = JSON.parse(await readFile(record, 'utf8'));
    assert.ok(files && checksum);
    await writeFile(record, JSON.stringify(run, null, 2));
    const file = join(folder, name);
    await writeFile(file, change(await readFile(file)));
    return loadModel(folder);
  }

  /** Whether an error is ours, names the file and says what to delete and what is lost. */
  const refused = (name: string, problem: RegExp) => (error: Error) => {
    assert.ok(error instanceof TrainingError, error.stack);
    assert.equal(error.file, join(folder, name));
    assert.match(error.message, problem);
    assert.match(error.message, /Delete .* and run the training again.*no other model is lost\.$/);
    return true;
  };

  it('reads a model as it was trained', async () => {
    const { model, masks } = await loadChanged('run.json', (bytes) => bytes);
    assert.ok(masks.size > 0);
    for (const [name, { data }] of masks) {
      const [kernel] = model.getLayer(name.replace('/kernel', '')).getWeights();
      const values = kernel!.dataSync();
      assert.ok(
        values.every((value, i) => data[i] === 1 || value === 0),
        name,
      );
    }
    model.dispose();
  });

  it('names a damaged record, and so does a list of the models', async () => {
    const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
    await assert.rejects(loadChanged('run.json', half), refused('run.json', /is not JSON \(/));
    await assert.rejects(findModels(root), refused('run.json', /is not JSON \(/));
    const wrong = (from: string, to: string) => (bytes: Buffer) =>
      bytes.toString().replace(from, to);
    for (const [from, to, problem] of [
      [
        '"sparsity": 0.9',
        '"sparsity": 9.9',
        /spec\.sparsity is 9\.9, expected 0 \(dense\) to below 1/,
      ],
      ['"seed"', '"sead"', /spec\.seed is missing/],
      ['"name": "small-cnn"', '"name": null', /spec\.model\.name is null/],
    ] as const)
      await assert.rejects(loadChanged('run.json', wrong(from, to)), refused('run.json', problem));
  });

  it('builds no network that needs more weights than its file holds', async () => {
    const grown = (member: string, size: unknown) => (bytes: Buffer) =>
      bytes.toString().replace(new RegExp(`("${member}": )\\d+`), `$1${JSON.stringify(size)}`);
    const before = tf.memory().numTensors;
    for (const member of ['filters', 'units'])
      for (const size of [100_000_000, 2 ** 40, -5, 1.5])
        await assert.rejects(
          loadChanged('model.json', grown(member, size)),
          refused('model.json', /the network cannot be built/),
          `${member}: ${size}`,
        );
    assert.equal(tf.memory().numTensors, before, 'what was built is freed');
    const other = (bytes: Buffer) => bytes.toString().replace('"Conv2D"', '"Conv9D"');
    await assert.rejects(loadChanged('model.json', other), refused('model.json', /Conv9D/));
  });

  it('builds no network whose layers wait for each other, which tfjs would do for ever', async () => {
    const changed =
      (change: (layers: { inbound_nodes: unknown[][][] }[]) => unknown) => (bytes: Buffer) => {
        const json = JSON.parse(bytes.toString());
        change(json.modelTopology.config.layers);
        return JSON.stringify(json);
      };
    const withInput = (at: 0 | 1, value: unknown) =>
      changed((layers) => {
        layers[1]!.inbound_nodes[0]![0]![at] = value;
      });
    for (const [change, problem] of [
      [changed((layers) => layers.splice(1, 1)), /no layer gives the inputs of the layer/],
      [changed((layers) => layers.shift()), /no layer gives the inputs of the layer/],
      [withInput(0, 'logits'), /no layer gives the inputs of the layer/],
      [withInput(1, 7), /no layer gives the inputs of the layer/],
      [withInput(1, '7'), /are no lists of layers/],
      [changed((layers) => layers.push(layers[1]!)), /the layer \S+ comes twice/],
    ] as const)
      await assert.rejects(loadChanged('model.json', change), refused('model.json', problem));
  });

  it('refuses weights of another length, and those that are no numbers', async () => {
    await assert.rejects(
      loadChanged('weights.bin', (bytes) => bytes.subarray(4)),
      refused('weights.bin', /has \d+ bytes, expected \d+ for the weights/),
    );
    const withNaN = (bytes: Buffer) => {
      bytes.writeFloatLE(Number.NaN, 40);
      return bytes;
    };
    await assert.rejects(
      loadChanged('weights.bin', withNaN),
      refused('weights.bin', /the weight at byte 40 is no finite number/),
    );
  });

  it('refuses masks that are not those of the network and the record', async () => {
    const masksWith =
      (change: (array: NamedArray) => NamedArray, rename = (name: string) => name) =>
      (bytes: Buffer) => {
        const { arrays } = decodeSafetensors('masks', bytes);
        const [first, ...others] = [...arrays];
        return encodeSafetensors(new Map([[rename(first![0]), change(first![1])], ...others]));
      };
    const same = (array: NamedArray) => array;
    const flipped = ({ shape, data }: NamedArray) => ({ shape, data: data.map((bit) => 1 - bit) });
    const twos = ({ shape, data }: NamedArray) => ({ shape, data: data.map((bit) => 2 * bit) });
    const flat = ({ data }: NamedArray) => ({ shape: [data.length], data });
    for (const [change, problem] of [
      [masksWith(same, () => 'none/kernel'), /the mask of none\/kernel belongs to no weight/],
      [masksWith(flipped as typeof same), /keeps \d+ weights, the record says \d+/],
      [masksWith(twos as typeof same), /holds other bytes than 0 and 1/],
      [masksWith(flat), /has the shape \[\d+\], the weight \[3,3,/],
    ] as const)
      await assert.rejects(
        loadChanged('masks.safetensors', change),
        refused('masks.safetensors', problem),
      );
  });
});
