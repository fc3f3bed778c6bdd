import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { ImageDataset } from '#library/datasets/imageDataset';
import { loadImageFolder } from '#library/datasets/loadImageFolder';
import type { ImageBatch } from '#library/datasets/types';
import { evalRobustness } from '#library/evaluation/evalRobustness';
import { type PredictOptions, predict } from '#library/evaluation/predict';
import { scoreModels } from '#library/evaluation/scoreModels';
import { loadOnnx } from '#library/models/loadOnnx';
import type { OnnxOptions } from '#library/models/onnxNetwork';
import type { OnnxSession } from '#library/models/onnxSession';
import { OptionError } from '#statistics/errors';
import { temporaryFolder } from '../records/temporary';

const FOLDER = join(__dirname, '../../../../test/library/models/onnx');
const answers: { images: number[][]; logits: number[][] } = JSON.parse(
  readFileSync(join(FOLDER, 'answers.json'), 'utf8'),
);
const MEAN = [0.5, 0.5, 0.5] as const;
const STD = [0.25, 0.25, 0.25] as const;

function images(numClasses = 5, side = 6): ImageDataset {
  return new ImageDataset({
    name: 'random images',
    classNames: Array.from({ length: numClasses }, (_, c) => `class ${c}`),
    imageShape: [side, side, 3],
    normalization: { mean: [127.5, 127.5, 127.5], std: [63.75, 63.75, 63.75] },
    hash: 'none',
    size: answers.images.length,
    async *examples() {
      for (const [id, pixels] of answers.images.entries())
        yield {
          ...{ id, label: id % numClasses, image: () => Promise.reject(new Error('unused')) },
          pixels: () => Float32Array.from(pixels),
        };
    },
  });
}

function open(name: string, options: OnnxOptions = {}) {
  return loadOnnx(join(FOLDER, `${name}.onnx`), { mean: MEAN, std: STD, ...options });
}

/** A folder of pictures, which other processes can open. */
async function pictures(count: number): Promise<ImageDataset> {
  const folder = temporaryFolder();
  for (let i = 0; i < count; i++) {
    const place = join(folder, i % 3 === 0 ? 'a' : 'b');
    mkdirSync(place, { recursive: true });
    const [r, g, b] = [25 * i, 250 - 20 * i, (90 * i) % 256];
    const create = { width: 9, height: 7, channels: 3, background: { r, g, b } } as const;
    await sharp({ create })
      .png()
      .toFile(join(place, `${i}.png`));
  }
  const classNames = ['a', 'b', 'c', 'd', 'e'];
  return loadImageFolder(folder, { size: 6, mean: MEAN, std: STD, classNames });
}

/** Softmax maxima in double precision. */
const CONFIDENCE = answers.logits.map((row) => {
  const most = Math.max(...row);
  return 1 / row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
});
const BEST_FIRST = answers.logits.map((row) =>
  row.map((_, c) => c).sort((a, b) => row[b]! - row[a]!),
);

describe('loadOnnx', () => {
  for (const [name, options] of [
    ['channels-first', {}],
    ['channels-last-of-4', {}],
    ['background', { backgroundClass: true }],
  ] as const)
    it(`answers as ONNX Runtime in Python does: ${name}`, async () => {
      const network = await open(name, options);
      // Batches of 3 leave a last one that is not full, and are padded where 4 are expected.
      const predicted = await predict(network, images(), { batchSize: 3 });
      assert.equal(predicted.variant, name);
      assert.deepEqual([...predicted.top5], BEST_FIRST.flat());
      for (const [i, expected] of CONFIDENCE.entries())
        assert.ok(Math.abs(predicted.confidence[i]! - expected) < 1e-6, `image ${i}`);
      await network.close();
    });

  it('answers two batches at once', async () => {
    const network = (await open('channels-first')) as OnnxSession;
    const batches = [];
    for await (const batch of (await pictures(10)).batches(5)) batches.push(batch);
    const both = await Promise.all(batches.map((batch) => network.answer(batch)));
    for (const [i, batch] of batches.entries())
      assert.deepEqual(await network.answer(batch), both[i]);
  });

  it('takes logits for probabilities only where it is told to', async () => {
    const network = await open('channels-first', { outputs: 'probabilities' });
    const { confidence } = await predict(network, images());
    const [logits] = answers.logits;
    const share = Math.max(...logits!) / logits!.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(confidence[0]! - share) < 1e-5, `${confidence[0]} is not ${share}`);
  });

  it('is evaluated beside others, by variant', async () => {
    const networks = await Promise.all([open('channels-first'), open('channels-last-of-4')]);
    const frame = await evalRobustness(networks, {
      clean: images(),
      shifted: { corruption: 'none', severity: 1, data: images() },
      baseline: 'channels-first',
    });
    const variants = frame.column('variant').values;
    assert.deepEqual([...new Set(variants as string[])].sort(), [
      'channels-first',
      'channels-last-of-4',
    ]);
    const changes = frame.column('top1_change').values as number[];
    assert.ok(changes.filter((change) => change === 0).length >= 2, `${changes}`);
  });

  it('is predicted by processes as by this one, and a rerun goes on from the parts that are done', async () => {
    const network = await open('channels-first');
    const folder = temporaryFolder();
    const data = await pictures(10);
    const seen = async (options: PredictOptions) => {
      let images = 0;
      const onProgress = (now: { images: number }) => (images = now.images);
      const predicted = await predict(network, data, { onProgress, ...options });
      return { predicted, images };
    };
    const here = await seen({ processes: 1 });
    const first = await seen({ processes: 2, folder });
    assert.deepEqual(first, here);
    assert.deepEqual(await seen({ processes: 2, folder }), { ...here, images: 0 });
    const other = await open('channels-first', { preprocessing: 'torchvision' });
    assert.equal((await predict(other, data, { folder, onProgress() {} })).imageIds.length, 10);
    await assert.rejects(
      predict(() => [[0]], data, { processes: 2 }),
      /lives in this process alone/,
    );
  });

  it('is evaluated by processes as by this one', async () => {
    const networks = await Promise.all([open('channels-first'), open('channels-last-of-4')]);
    const clean = await pictures(6);
    const shifted = { corruption: 'brightness', severity: 3, data: clean.corrupt('brightness', 3) };
    const folder = temporaryFolder();
    const options = { clean, shifted, folder, onProgress() {} };
    const byProcesses = await scoreModels(networks, options);
    const asFunctions = networks.map((network) => ({
      variant: network.variant,
      model: (batch: ImageBatch) => (network as OnnxSession).answer(batch),
    }));
    const here = await scoreModels(asFunctions, options);
    assert.deepEqual(byProcesses.values, here.values);
    for (const file of readdirSync(folder)) {
      const { scores } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      for (const score of scores) score.top1 = 0.125;
      // As files were before they had checksums.
      writeFileSync(join(folder, file), JSON.stringify(scores));
    }
    const again = await scoreModels(networks, options);
    assert.deepEqual(again.column('top1').values, [0.125, 0.125, 0.125, 0.125], 'scores are kept');
  });

  it('tells its hash and how its pictures are made', async () => {
    const file = join(FOLDER, 'channels-first.onnx');
    const network = await open('channels-first', { variant: 'fp32', preprocessing: 'torchvision' });
    assert.equal(network.hash, createHash('sha256').update(readFileSync(file)).digest('hex'));
    assert.equal(network.variant, 'fp32');
    assert.deepEqual(network.pictures, {
      ...{ preprocessing: 'torchvision', size: 6, resize: 7, mean: MEAN, std: STD },
    });
    const { path, options } = JSON.parse(JSON.stringify(network.spec));
    assert.equal((await loadOnnx(path, options)).hash, network.hash);
  });

  it('names what does not fit', async () => {
    const network = await open('channels-first');
    const refused = (data: ImageDataset, problem: RegExp, of = network) =>
      assert.rejects(predict(of, data), (error: Error) => {
        assert.ok(error instanceof OptionError);
        assert.match(error.message, problem);
        return true;
      });
    await refused(images(5, 8), /takes images of shape \[6,6,3\], the images are \[8,8,3\]/);
    await refused(images(4), /has 5 classes, the images have 4/);
    await refused(images(), /has 6 classes.*backgroundClass/s, await open('background'));
    const usual = await loadOnnx(join(FOLDER, 'channels-first.onnx'));
    await refused(images(), /mean 0\.485, 0\.456, 0\.406.*the images have mean 0\.500/s, usual);
  });

  it('names a file that is no network', async () => {
    const folder = temporaryFolder();
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'not a network');
    await assert.rejects(loadOnnx(broken), /broken\.onnx: cannot be opened as an ONNX network/);
    await assert.rejects(loadOnnx(join(folder, 'none.onnx')), /none\.onnx: cannot be read/);
    const cut = join(folder, 'cut.onnx');
    copyFileSync(join(FOLDER, 'background.onnx'), cut);
    writeFileSync(cut, readFileSync(cut).subarray(0, 300));
    await assert.rejects(loadOnnx(cut), /cut\.onnx: cannot be opened/);
    await assert.rejects(predict('fp32.onnx' as never, images()), /await loadOnnx\(path\)/);
  });
});

describe('a function as a network', () => {
  it('answers with rows of logits', async () => {
    const fp32 = async ({ ids }: { ids: readonly (number | string)[] }) =>
      ids.map((id) => answers.logits[id as number]!);
    const predicted = await predict(fp32, images(), { batchSize: 2 });
    assert.equal(predicted.variant, 'fp32');
    assert.deepEqual([...predicted.top5], BEST_FIRST.flat());
  });

  it('may keep the images that it was given', async () => {
    const kept: Float32Array[] = [];
    const keeping = async ({ images, ids }: ImageBatch) => {
      kept.push(images);
      return ids.map((id) => answers.logits[id as number]!);
    };
    await predict(keeping, images(), { batchSize: 1 });
    let image = 0;
    for await (const { images: given } of images().batches(1))
      assert.deepEqual(kept[image++], given);
  });

  it('is refused where its numbers are not the classes or not finite', async () => {
    const flat = new Float32Array(4);
    await assert.rejects(
      predict(() => flat, images(), { batchSize: 1 }),
      /1 images with 4 numbers/,
    );
    const broken = ({ ids }: { ids: readonly unknown[] }) =>
      ids.map((id) => [0, 1, id === 4 ? Number.NaN : 2, 3, 4]);
    await assert.rejects(predict(broken, images()), /broken: an output for image 4 is not finite/);
  });
});
