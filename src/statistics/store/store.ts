import { join as joinPath, posix, resolve } from 'node:path';
import { FolderStore } from './folderStore';
import { S3Store } from './s3Store';
import type { Store } from './types';

const BUCKET = /^s3:\/\//;

/** Whether a place lies in a bucket, as `s3://bucket/prefix` does. */
export function isInBucket(place: string): boolean {
  return BUCKET.test(place);
}

const folders = new FolderStore();
let buckets: S3Store | undefined;

/** The store of a place: of files on this machine, or of the objects of `s3://bucket/key`. */
export function storeOf(place: string): Store {
  if (!isInBucket(place)) return folders;
  buckets ??= new S3Store(process.env);
  return buckets;
}

/** A place below another. */
export function joinPlace(place: string, ...names: readonly string[]): string {
  return isInBucket(place)
    ? [place.replace(/\/+$/, ''), ...names].join('/')
    : joinPath(place, ...names);
}

/** A place as other processes find it: an absolute path, or `s3://bucket/prefix`. */
export function resolvePlace(place: string, from = '.'): string {
  return isInBucket(place) ? place.replace(/\/+$/, '') : resolve(from, place);
}

/** The last name of a place. */
export function nameOf(place: string): string {
  return posix.basename(place.replaceAll('\\', '/'));
}

/** Whether there is a file at a place. */
export async function exists(place: string): Promise<boolean> {
  return (await storeOf(place).list(place)).some((entry) => entry.place === place);
}

/**
 * Checks, once for each bucket and process, that work of several processes is safe in a place.
 *
 * @throws StoreError where a bucket cannot be used, or its server ignores conditions
 */
export async function checkStore(place: string): Promise<void> {
  if (isInBucket(place)) await (storeOf(place) as S3Store).probe(place);
}
