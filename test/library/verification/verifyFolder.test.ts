import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ImageDataset } from '#library/datasets/imageDataset';
import { loadCifar10 } from '#library/datasets/loadCifar10';
import { scoreModels } from '#library/evaluation/scoreModels';
import { loadModel } from '#library/models/modelFolder';
import type { TrainPopulationOptions } from '#library/training/populationOptions';
import { recordFailure } from '#library/training/trainingFailure';
import { trainPopulation } from '#library/training/trainPopulation';
import { verifyFolder } from '#library/verification/verifyFolder';
import { OptionError } from '#statistics/errors';
import { sbd } from '../cli/command';
import { temporaryFolder } from '../records/temporary';

const root = temporaryFolder();
const whole = join(root, 'whole');
let test: ImageDataset;

const options = async (folder: string): Promise<TrainPopulationOptions> => ({
  ...{ train: (await loadCifar10()).take(160), test, model: { name: 'small-cnn', width: 4 } },
  ...{ sparsities: [0, 0.9], replicates: 1, seed: 3, steps: 10, batchSize: 16, processes: 1 },
  ...{ folder, onProgress: () => {} },
});
const score = (folder: string) =>
  scoreModels(folder, { clean: test.take(10), shifted: [], onProgress: () => {} });

/** Trains, and scores, what is not there. */
async function complete(folder: string): Promise<readonly number[][]> {
  const { models } = await trainPopulation(await options(folder));
  await score(folder);
  return models.map(({ predictedClass }) => [...predictedClass]);
}

function copy(name: string): string {
  const folder = join(root, name);
  cpSync(whole, folder, { recursive: true });
  return folder;
}

function damage(file: string, at = 0.5): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(at * bytes.length)]! ^= 4;
  writeFileSync(file, bytes);
}

const wrong = async (folder: string) =>
  (await verifyFolder(folder)).findings.filter(({ state }) => state !== 'whole');

describe('the verification of a population', () => {
  let files: readonly string[];
  let predicted: readonly number[][];
  before(async () => {
    test = (await loadCifar10({ split: 'test' })).take(20);
    predicted = await complete(whole);
    files = (await verifyFolder(whole)).findings.map(({ file }) => file);
  });

  it('finds the checked-in population complete, whose networks are not kept', async () => {
    const { findings } = await verifyFolder(join(__dirname, '../../../../data/population'));
    const count = (state: string) => findings.filter((each) => each.state === state).length;
    assert.equal(count('not kept'), 178);
    assert.equal(count('missing') + count('damaged'), 0);
  });

  it('finds all its files whole', async () => {
    // Two models of four files each, their predictions, one record, one set of scores.
    assert.equal(files.length, 2 * 5 + 2, files.join(' '));
    assert.deepEqual(await wrong(whole), []);
    const { status, stdout } = sbd(['verify', whole]);
    assert.deepEqual([status, stdout], [0, `${whole}\n12 whole\n`]);
  });

  it('finds each file that a bit was changed in, and no other', async () => {
    const folder = copy('flipped');
    for (const file of files)
      for (const at of [0, 0.3, 0.999]) {
        const path = join(folder, file);
        damage(path, at);
        assert.deepEqual(
          (await wrong(folder)).filter(({ state }) => state === 'damaged').map((f) => f.file),
          [file],
        );
        writeFileSync(path, readFileSync(join(whole, file)));
      }
  });

  it('is complete again once its advice is followed', async () => {
    const folder = copy('mended');
    const model = 'sparsity=0.9/replicate=00';
    const scores = files.find((file) => file.startsWith('robustness/'))!;
    const damaged = [`${model}/weights.bin`, 'sparsity=0/replicate=00.parquet', scores].sort();
    for (const file of damaged) damage(join(folder, file));
    const found = await wrong(folder);
    assert.deepEqual(
      found.map(({ file, state }) => [file, state]),
      damaged.map((file) => [file, 'damaged']),
    );
    await assert.rejects(loadModel(join(folder, model)), {
      name: 'TrainingError',
      message:
        /weights\.bin is damaged: its checksum is not the one in run\.json\. Delete the folder/,
    });
    await assert.rejects(score(folder), /robustness.*the scores is damaged|scores.*damaged/);
    for (const { file, wayOut } of found) {
      const [, named] = /^Delete the folder (\S+);/.exec(wayOut!) ?? [];
      assert.match(wayOut!, /^Delete (it|the folder)/);
      rmSync(join(folder, named ?? file), { recursive: true });
    }
    const { status, stdout } = sbd(['verify', folder]);
    assert.equal(status, 1);
    assert.match(stdout, /missing {2}sparsity=0\.9\/replicate=00\n +Run the training again/);
    assert.match(stdout, /missing {2}sparsity=0\/replicate=00\.parquet\n/);
    assert.deepEqual(await complete(folder), predicted);
    assert.deepEqual(await wrong(folder), []);
  });

  it('of a record that was cut short names what it costs', async () => {
    const folder = copy('cut');
    const record = join(folder, 'sparsity=0/replicate=00/run.json');
    writeFileSync(record, readFileSync(record).subarray(0, 100));
    const { status, stdout } = sbd(['verify', folder, '--json']);
    assert.equal(status, 1);
    const [finding] = JSON.parse(stdout).findings.filter(
      ({ state }: { state: string }) => state === 'damaged',
    );
    assert.equal(finding.file, 'sparsity=0/replicate=00/run.json');
    assert.match(finding.wayOut, /trains this one model anew/);
  });

  it('takes files older than checksums for unchecked, and reads them', async (t) => {
    const folder = copy('old');
    const model = join(folder, 'sparsity=0/replicate=00');
    const record = join(model, 'run.json');
    const { files: _, checksum: __, ...run } = JSON.parse(readFileSync(record, 'utf8'));
    writeFileSync(record, JSON.stringify(run));
    const unchecked = (await wrong(folder)).filter(({ state }) => state === 'unchecked');
    assert.equal(unchecked.length, 4);
    assert.equal(sbd(['verify', folder]).status, 0);
    const note = t.mock.method(console, 'warn', () => {});
    const { run: read } = await loadModel(model);
    assert.deepEqual(read, run);
    assert.match(
      String(note.mock.calls[0]!.arguments[0]),
      /before models had checksums.*sbd verify/,
    );
  });

  it('says why a training failed, and is complete once it is run again', async () => {
    const folder = copy('failed');
    const model = 'sparsity=0.9/replicate=00';
    rmSync(join(folder, model), { recursive: true });
    rmSync(join(folder, `${model}.parquet`));
    await recordFailure(join(folder, model), 'StoreError: the disk is full.\n    at write');
    const missing = await wrong(folder);
    assert.deepEqual(missing, [
      {
        ...{ file: model, state: 'missing' },
        wayOut:
          'Its training failed: StoreError: the disk is full. Run the training again: it trains this model.',
      },
    ]);
    const failure = join(folder, model, 'failure.json');
    assert.deepEqual(
      (await verifyFolder(join(folder, model))).findings.map(({ file, state }) => [file, state]),
      [
        ['.', 'missing'],
        ['failure.json', 'whole'],
      ],
    );
    damage(failure);
    assert.deepEqual(
      (await wrong(folder)).map(({ file, state }) => [file, state]),
      [
        [model, 'missing'],
        [`${model}/failure.json`, 'damaged'],
      ],
    );
    assert.deepEqual(await complete(folder), predicted);
    assert.deepEqual(await wrong(folder), []);
  });

  it('of a record that asks for a billion models names the first', async () => {
    const folder = join(root, 'billion');
    mkdirSync(folder);
    const record = { sparsities: [0, 0.9], replicates: 1e9 };
    writeFileSync(join(folder, 'population.json'), JSON.stringify(record));
    const missing = await wrong(folder);
    assert.equal(missing.filter(({ state }) => state === 'missing').length, 10_000);
  });

  it('of one model, or of a folder with nothing in it', async () => {
    const model = join(whole, 'sparsity=0/replicate=00');
    assert.deepEqual(
      (await verifyFolder(model)).findings.map(({ file }) => file),
      ['masks.safetensors', 'model.json', 'run.json', 'weights.bin'],
    );
    const empty = join(root, 'empty');
    mkdirSync(empty);
    await assert.rejects(verifyFolder(empty), OptionError);
    assert.equal(sbd(['verify', empty]).status, 3);
  });
});
