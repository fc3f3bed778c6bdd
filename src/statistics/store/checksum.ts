import { createHash } from 'node:crypto';

/**
 * A file that holds its own SHA-256, somewhere near its beginning or end: JSON as a member, Parquet and
 * safetensors in their metadata. The sum is that of the file's bytes with zeros as its digits. It is marked on
 * both sides, so that no damage of one byte hides it.
 */
const BEFORE = Buffer.from('sbd-sha256:');
const AFTER = Buffer.from(':sbd-sha256');
const NO_DIGITS = Buffer.from('0'.repeat(64));
/** Bytes from the beginning and the end of a file among which the sum stands. */
const WINDOW = 16_384;

/** The value under the name `checksum` that `withChecksum` fills in. */
export const CHECKSUM = `${BEFORE}${NO_DIGITS}${AFTER}`;

/** How a file compares with the sum that was written with it; `unchecked` where there was none. */
export type Integrity = 'whole' | 'damaged' | 'unchecked';

/** The SHA-256 of bytes, in hexadecimal digits. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A file's bytes with its sum in place of the {@link CHECKSUM} that they hold. */
export function withChecksum(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = digitsAt(file);
  if (at === undefined) throw new Error('no place for a checksum');
  file.write(sumOf(file, at), at, 'latin1');
  return file;
}

/** Compares a file's bytes with the sum that they hold. */
export function integrityOf(bytes: Uint8Array): Integrity {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = digitsAt(file);
  if (at === undefined) return 'unchecked';
  const digits = file.toString('latin1', at, at + NO_DIGITS.length);
  const isWhole =
    file.subarray(at - BEFORE.length, at).equals(BEFORE) &&
    file.subarray(at + NO_DIGITS.length, at + NO_DIGITS.length + AFTER.length).equals(AFTER) &&
    digits === sumOf(file, at);
  return isWhole ? 'whole' : 'damaged';
}

function sumOf(file: Buffer, at: number): string {
  return createHash('sha256')
    .update(file.subarray(0, at))
    .update(NO_DIGITS)
    .update(file.subarray(at + NO_DIGITS.length))
    .digest('hex');
}

/** The place of the sum's digits, found by either of its marks. */
function digitsAt(file: Buffer): number | undefined {
  const tail = Math.max(0, file.length - WINDOW);
  for (const [from, part] of [
    [tail, file.subarray(tail)],
    [0, file.subarray(0, WINDOW)],
  ] as const) {
    const before = part.lastIndexOf(BEFORE);
    if (before >= 0) return from + before + BEFORE.length;
    const after = part.lastIndexOf(AFTER);
    if (after >= NO_DIGITS.length) return from + after - NO_DIGITS.length;
  }
  return undefined;
}
