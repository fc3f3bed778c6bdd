/**
 * Milliseconds of processor time that each corruption takes for one 224 × 224 image at each severity,
 * and what a ResNet-50 takes for its forward pass: npm run bench:corruptions [-- <repeats> <names>]
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { useBackend } from '#library/backend/backend';
import * as tf from '#library/backend/tf';
import { corrupt } from '#library/corruptions/corrupt';
import {
  CORRUPTIONS,
  type CorruptionName,
  EXTRA_CORRUPTIONS,
  SEVERITIES,
} from '#library/corruptions/names';
import { foldBatchNorms } from '#library/models/foldBatchNorms';
import { buildModel } from '#library/models/model';

const SIDE = 224;

async function main(): Promise<void> {
  const repeats = Number(process.argv[2] ?? 10);
  const names = process.argv.slice(3) as CorruptionName[];
  const file = join(__dirname, '..', '..', 'data', 'corruptions', `${SIDE}.png`);
  const data = await sharp(file).removeAlpha().raw().toBuffer();
  const image = { width: SIDE, height: SIDE, data };
  console.log(`ms, median of ${repeats} | ${SEVERITIES.join(' | ')}`);
  for (const name of names.length > 0 ? names : [...CORRUPTIONS, ...EXTRA_CORRUPTIONS]) {
    const row: string[] = [];
    for (const severity of SEVERITIES) {
      const run = (seed: number) => corrupt(image, name, severity, { seed });
      row.push((await median(repeats, run)).toFixed(1));
    }
    console.log(`${name} | ${row.join(' | ')}`);
  }
  if (names.length > 0) return;
  const backend = await useBackend();
  const shape = { imageShape: [SIDE, SIDE, 3] as const, numClasses: 1000 };
  const trained = await buildModel({ name: 'resnet-50' }, shape, 0);
  const model = await foldBatchNorms(trained);
  const batch = 8;
  const images = tf.randomNormal([batch, SIDE, SIDE, 3]);
  const forward = await median(Math.min(repeats, 5), async () => {
    const logits = model.predict(images) as tf.Tensor;
    await logits.data();
    logits.dispose();
  });
  console.log(
    `ResNet-50 forward (batch norms folded), one image of ${batch}, ${backend.name} | ${(forward / batch).toFixed(1)}`,
  );
}

/** Of the processor's time, which other programs on the machine change less than the clock's. */
async function median(repeats: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = -3; i < repeats; i++) {
    const started = process.cpuUsage();
    await run(i);
    const { user, system } = process.cpuUsage(started);
    if (i >= 0) times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

main();
