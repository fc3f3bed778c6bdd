import type { UntrustedFile } from './bytes';

/** Bytes that any gzip file may unpack to, whatever its own size. */
const LEAST_LIMIT = 2 ** 26;
/** Pictures unpack to about their own size, tables to 5 to 30 times that; a bomb to 1,000 times. */
const USUAL_RATIO = 100;

/** The bytes that a gzip file of this size may unpack to where nothing is said. */
export function unpackedLimit(packedBytes: number): number {
  return Math.max(LEAST_LIMIT, USUAL_RATIO * packedBytes);
}

/** The bytes that a gzip stream unpacks to, up to a limit, beyond which it throws. */
export async function* heldToLimit(
  place: UntrustedFile,
  unpacked: AsyncIterable<Buffer>,
  limit: number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > limit) throw unpacksToMore(place, limit);
    yield chunk;
  }
}

/** The error that a gzip file unpacks to more bytes than its limit. */
export function unpacksToMore({ file, Failure }: UntrustedFile, limit: number): Error {
  return new Failure(
    `${file}: unpacks to more than ${limit} bytes, the limit for gzip. Where that is right, give a larger one: ` +
      '{ limits: { unpackedBytes: … } }.',
    { file, option: 'limits.unpackedBytes', value: limit },
  );
}
