import { count, membersOf, type OptionRule } from 'selective-brain-damage-statistics/internal';
import type { PictureLimits } from '../datasets/pictureOptions';

/** The most that records may ask for; more is an error that names the record and this option. */
export interface RecordLimits extends PictureLimits {
  /** Bytes that a gzip shard unpacks to. Default 100 times its own, at least 64 MiB. */
  readonly unpackedBytes?: number;
}

/** What the option `limits` of a loader of records takes. */
export const recordLimits: OptionRule = membersOf<RecordLimits>({
  pixels: count(),
  unpackedBytes: count(),
});

/** Those of the limits that count for pictures in folders too. */
export function pictureLimits({ unpackedBytes: _, ...limits }: RecordLimits = {}): PictureLimits {
  return limits;
}
