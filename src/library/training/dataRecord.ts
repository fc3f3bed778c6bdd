import type { ImageDataset } from '../datasets/imageDataset';
import { optionsAnywhere } from '../datasets/openDataset';
import type { DataRecord } from '../models/runRecord';
import { firstDifference } from './firstDifference';

/** The record of a run's images. */
export function recordOf({ name, hash, views, spec }: ImageDataset): DataRecord {
  // The hash tells CIFAR-10's splits apart.
  const { split: _, ...options } = spec ? optionsAnywhere(spec) : {};
  return { name, hash, views, ...(Object.keys(options).length > 0 && { options }) };
}

/**
 * The first difference between two records' images; undefined where they are the same. Names are not
 * compared: that of a folder of images changes with where it lies, and the hash identifies its content.
 */
export function dataDifference(now: DataRecord, before: DataRecord): string | undefined {
  const [a, b] = [now, before].map(({ name: _, ...images }) => images);
  return firstDifference(a, b, 'data');
}
