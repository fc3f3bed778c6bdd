import { keptOpen } from '../datasets/openDataset';
import { serveWorker } from '../workers/serveWorker';
import type { RecordsSpec } from './writeFolderRecords';
import { type RecordInput, storedImage, writeRecords } from './writeRecords';

const WNID = /^n\d{8}(?=\/|_|$)/;

/** Writes the records of one file. */
async function write(
  { data, file }: RecordsSpec,
  report: (images: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const images = await keptOpen(data);
  async function* inputs(): AsyncGenerator<RecordInput> {
    for await (const example of images) {
      signal.throwIfAborted();
      const synset = WNID.exec(String(example.id))?.[0];
      yield {
        image: await storedImage(example),
        label: example.label,
        text: images.classNames[example.label]!,
        id: example.id,
        ...(synset && { features: { 'image/class/synset': { bytes: [synset] } } }),
      };
      report(1);
    }
  }
  await writeRecords(inputs(), file);
}

serveWorker(write);
