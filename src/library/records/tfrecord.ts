import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, Gunzip } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { RecordError } from 'selective-brain-damage-statistics';
import { heldToLimit, unpackedLimit } from 'selective-brain-damage-statistics/internal';

/** One record of a TFRecord file. */
export interface RawRecord {
  /** 0-based place in the file. */
  readonly index: number;
  /** Byte at which the record's length starts; in the decompressed data where the file is gzip. */
  readonly offset: number;
  /** The payload, in memory that nothing else uses. */
  readonly data: Buffer;
}

/** Handles a bad record: throws, or notes it and returns, and reading continues. */
export type BadRecordHandler = (error: RecordError) => void;

const LENGTH_BYTES = 8;
const CRC_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + CRC_BYTES;
/** The limit of protocol buffers for one message. */
const MAX_RECORD_BYTES = 2 ** 31 - 1;
const READ_BYTES = 1 << 20;

/** The rotated and shifted CRC-32C that TFRecord files hold. */
export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One record as it stands in a file: length, CRC of the length, `data`, CRC of the data. */
export function frameRecord(data: Uint8Array): [header: Buffer, data: Uint8Array, footer: Buffer] {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(maskedCrc(header.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  const footer = Buffer.alloc(CRC_BYTES);
  footer.writeUInt32LE(maskedCrc(data));
  return [header, data, footer];
}

/**
 * The records of one file, in order, with both CRCs checked. Gzip is recognised by content. At most
 * one record and two megabytes more are in memory.
 *
 * A wrong CRC of the data costs that record. A wrong length, a file that ends inside a record or a
 * damaged gzip stream costs the rest of the file, since where the next record starts is unknown.
 *
 * @param unpackedBytes the most that a gzip file may unpack to; default 100 times its own, at least 64 MiB
 * @throws RecordError, by way of `onBad`, that names the file, the record and the byte
 */
export async function* readRecords(
  path: string,
  onBad: BadRecordHandler,
  unpackedBytes?: number,
): AsyncGenerator<RawRecord> {
  let index = 0;
  let offset = 0;
  const bad = (problem: string, cause?: unknown) =>
    onBad(errorAt(path, index, offset, problem, cause));
  const lost = (problem: string, cause?: unknown) =>
    bad(`${problem} The rest of the file cannot be read.`, cause);

  const { stream, size } = await openShard(path);
  const limit = unpackedBytes ?? unpackedLimit(size);
  const isPacked = stream instanceof Gunzip;
  const bytes = new ByteReader(
    isPacked ? heldToLimit({ file: path, Failure: RecordError }, stream, limit) : stream,
  );
  try {
    for (;;) {
      const header = await bytes.read(HEADER_BYTES);
      if (header.length === 0) return;
      const problem = headerProblem(header, index === 0);
      if (problem !== undefined) return lost(problem);
      const length = Number(header.readBigUInt64LE());
      const left = isPacked ? limit : size - offset - HEADER_BYTES;
      const body = await bytes.read(Math.min(length + CRC_BYTES, left));
      if (body.length < length + CRC_BYTES)
        return lost(
          `the file ends at byte ${offset + HEADER_BYTES + body.length}, expected ${length} bytes of data and their CRC-32C up to byte ${offset + HEADER_BYTES + length + CRC_BYTES}.`,
        );
      const data = body.subarray(0, length);
      const crc = maskedCrc(data);
      const stored = body.readUInt32LE(length);
      if (crc === stored) yield { index, offset, data };
      else bad(`the data's masked CRC-32C is ${hex(crc)}, expected ${hex(stored)}.`);
      offset += HEADER_BYTES + length + CRC_BYTES;
      index++;
    }
  } catch (error) {
    if (error instanceof RecordError && error.option === 'limits.unpackedBytes')
      return lost(error.message.replace(`${path}: `, 'the file '), error);
    if (!isGzipError(error)) throw error;
    lost(`the gzip stream is damaged or cut short (${error.message}).`, error);
  } finally {
    stream.destroy();
  }
}

/** What is wrong with the bytes that should say how long a record is; undefined where nothing is. */
function headerProblem(header: Buffer, isFirst: boolean): string | undefined {
  if (header.length < HEADER_BYTES)
    return `the file ends after ${header.length} bytes, expected a length and its CRC-32C (12 bytes).`;
  const expected = header.readUInt32LE(LENGTH_BYTES);
  const found = maskedCrc(header.subarray(0, LENGTH_BYTES));
  if (found !== expected)
    return isFirst
      ? `not a TFRecord file: it starts with ${header.toString('hex')}, expected a length (8 bytes) and its masked CRC-32C (4 bytes).`
      : `the length's masked CRC-32C is ${hex(found)}, expected ${hex(expected)}.`;
  const length = header.readBigUInt64LE();
  if (length > MAX_RECORD_BYTES)
    return `the record is ${length} bytes long, expected at most ${MAX_RECORD_BYTES}.`;
  return undefined;
}

function errorAt(
  path: string,
  index: number,
  offset: number,
  problem: string,
  cause?: unknown,
): RecordError {
  const message = `${placeOf(path, index, offset)}: ${problem}`;
  return new RecordError(message, { cause, file: path, row: index + 1, offset });
}

/** A record's place, as errors name it. */
export function placeOf(path: string, index: number, offset: number): string {
  return `${path}: record ${index} at byte ${offset}`;
}

async function openShard(path: string): Promise<{ stream: Readable; size: number }> {
  const file = await open(path).catch((cause: Error) => {
    throw new RecordError(`${path}: the file cannot be opened (${cause.message}).`, {
      cause,
      file: path,
    });
  });
  const { size } = await file.stat();
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, null, 0);
  const stream = file.createReadStream({ start: 0, highWaterMark: READ_BYTES });
  if (!isGzip(head.subarray(0, bytesRead))) return { stream, size };
  // Errors reach the reader through the last stream.
  return { stream: pipeline(stream, createGunzip({ chunkSize: READ_BYTES }), () => {}), size };
}

/** A record of 559,903 bytes starts like gzip too, but then the CRC of its length is right. */
function isGzip(head: Buffer): boolean {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return false;
  return (
    head.length < HEADER_BYTES ||
    maskedCrc(head.subarray(0, LENGTH_BYTES)) !== head.readUInt32LE(LENGTH_BYTES)
  );
}

function isGzipError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}

/** Pulls exact numbers of bytes out of a stream of chunks. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, copied so that no chunk stays alive; fewer where the stream ends. */
  async read(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) break;
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
}
