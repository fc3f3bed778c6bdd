import type { ErrorFields } from '../errors';

/** The class of an error about a file. */
export type FileFailure = new (message: string, fields: ErrorFields & ErrorOptions) => Error;

/** The file that untrusted bytes come from, as errors name it. */
export interface UntrustedFile {
  readonly file: string;
  /** The class of the errors. */
  readonly Failure: FileFailure;
  /** A sentence for the end of every message. */
  readonly wayOut?: string;
}

/**
 * The bytes of a file that anyone may have written. Every read is held against their end before it is made, so
 * that no length in a file decides what is read or allocated.
 */
export class UntrustedBytes {
  /** @param start the file's byte that the first of `bytes` is */
  constructor(
    private readonly place: UntrustedFile,
    private readonly bytes: Buffer,
    private readonly start = 0,
  ) {}

  /** Number of bytes. */
  get length(): number {
    return this.bytes.length;
  }

  /**
   * The bytes `from` up to, not including, `to`, without a copy.
   *
   * @param what they are, for the error
   * @throws where they do not lie within the file
   */
  slice(from: number, to: number, what: string): Buffer {
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to))
      this.fail(0, `${what} is said to be the bytes ${from} to ${to}.`);
    if (to > this.length)
      this.fail(
        Math.min(from, this.length),
        `${what} ends at byte ${this.start + to}, and the file at byte ${this.start + this.length}: it is cut ` +
          'short, or no such file.',
      );
    return this.bytes.subarray(from, to);
  }

  /** An unsigned little-endian number of 16 bits. */
  uint16(at: number, what: string): number {
    return this.slice(at, at + 2, what).readUInt16LE();
  }

  /** An unsigned little-endian number of 32 bits. */
  uint32(at: number, what: string): number {
    return this.slice(at, at + 4, what).readUInt32LE();
  }

  /** An unsigned little-endian number of 64 bits, as near as a double is to it. */
  uint64(at: number, what: string): number {
    return Number(this.slice(at, at + 8, what).readBigUInt64LE());
  }

  /** Throws the error that something is wrong at a byte. */
  fail(at: number, problem: string, cause?: unknown): never {
    const { file, Failure, wayOut } = this.place;
    const offset = this.start + at;
    const message = [`${file}, byte ${offset}: ${problem}`, wayOut].filter(Boolean).join(' ');
    throw new Failure(message, { file, offset, cause });
  }
}

/** The number of elements of an array with these dimensions; undefined where they are none of an array. */
export function sizeOfShape(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    return undefined;
  const size = (shape as readonly number[]).reduce((product, n) => product * n, 1);
  return Number.isSafeInteger(size) ? size : undefined;
}
