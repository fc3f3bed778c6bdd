import { AnswerFile } from '#library/annotation/answerFile';
import { Interviews } from '#library/annotation/interviews';
import { serveAnnotations } from '#library/annotation/server';
import { openStudy } from '#library/annotation/study';
import { ImageDataset } from '#library/datasets/imageDataset';
import type { PredictionRow } from '#statistics/predictions/readPredictions';
import { readPredictions } from '#statistics/predictions/readPredictions';

const IMAGES = 90;
export const CLASSES = ['bird', 'cat & <b>dog</b>', 'ship'];
const SIDE = 32;

const nameOf = (image: number) => `${image}.png`;

/**
 * What four dense and four pruned models say of ninety images: each is got right by none to four of the dense
 * ones; every third is a PIE, as no pruned model agrees with the dense ones' mode.
 */
export const rows: readonly PredictionRow[] = ['dense', 'pruned'].flatMap((variant) =>
  Array.from({ length: 4 }, (_, replicate) =>
    Array.from({ length: IMAGES }, (_, image): PredictionRow => {
      const true_class = image % CLASSES.length;
      const wrong = (true_class + 1) % CLASSES.length;
      const right = Math.floor(image / 3) % 5;
      const dense = replicate < right ? true_class : wrong;
      const mode = right > 2 || (right === 2 && true_class > wrong) ? true_class : wrong;
      const isPie = Math.floor(image / 5) % 3 === 0;
      return {
        ...{ variant, replicate, image_id: nameOf(image), true_class },
        predicted_class: variant === 'dense' ? dense : isPie ? (mode + 1) % 3 : mode,
      };
    }),
  ).flat(),
);

/** One colour per image. */
export const dataset = new ImageDataset({
  name: 'Colours',
  classNames: CLASSES,
  imageShape: [SIDE, SIDE, 3],
  hash: 'colours',
  size: IMAGES,
  async *examples() {
    for (let image = 0; image < IMAGES; image++)
      yield {
        ...{ id: nameOf(image), label: image % CLASSES.length },
        image: () => ({
          ...{ width: SIDE, height: SIDE },
          data: new Uint8Array(3 * SIDE * SIDE).fill(2 * image),
        }),
        pixels: () => new Float32Array(3 * SIDE * SIDE),
      };
  },
});

export async function study(count = 20, seed = 1) {
  return openStudy(await readPredictions(rows), dataset, { count, seed });
}

/** A page that is served, with what it asks about and where the answers go. */
export async function serve(path: string, count = 20) {
  const opened = await study(count);
  const file = await AnswerFile.open(path);
  const interviews = new Interviews(opened, file);
  const server = await serveAnnotations(interviews, opened.pictures, 0);
  return {
    ...{ study: opened, file, interviews, url: server.url },
    async close() {
      await server.close();
      await file.close();
    },
  };
}
