import type { Random } from '#statistics/random';

/** Numbers that lengths, counts and offsets go wrong at. */
const EDGES = [
  0,
  1,
  -1,
  127,
  128,
  255,
  256,
  32_767,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  -(2 ** 31),
];

/** Pieces of text that readers of text go wrong at. */
const TOKENS = [
  ...['null', '-1', '1e999', 'NaN', '""', '[]', '{}', '"', '\\', '[[', '{"a":', ',', '\n', '\0'],
  ...['\ufeff', '9007199254740993', '1e-320', '"__proto__"', '../../x', '100000000', 'true'],
];

type Mutator = (bytes: Buffer, random: Random) => Buffer;

/** A copy of a file, damaged at one to four places. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  const times = 1 + Math.floor(4 * random() ** 2);
  for (let i = 0; i < times; i++) mutated = pick(MUTATORS, random)(mutated, random);
  return mutated;
}

const MUTATORS: readonly Mutator[] = [
  flipBit,
  flipBit,
  setByte,
  setNumber,
  setNumber,
  truncate,
  removePart,
  repeatPart,
  overwritePart,
  insertRandom,
  replaceNumberInText,
  replaceNumberInText,
  replaceToken,
  insertToken,
];

export function pick<T>(items: readonly T[], random: Random): T {
  return items[below(items.length, random)]!;
}

function below(count: number, random: Random): number {
  return Math.floor(random() * count);
}

/** A part of at most a fifth of the file. */
function part({ length }: Buffer, random: Random): [from: number, to: number] {
  const from = below(length, random);
  return [from, Math.min(length, from + 1 + below(Math.max(1, length / 5), random))];
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  if (bytes.length > 0) bytes[below(bytes.length, random)]! ^= 1 << below(8, random);
  return bytes;
}

function setByte(bytes: Buffer, random: Random): Buffer {
  if (bytes.length > 0) bytes[below(bytes.length, random)] = pick(EDGES, random) & 255;
  return bytes;
}

/** An edge as a number of 2, 4 or 8 bytes, in either order; half of them near the start, where headers are. */
function setNumber(bytes: Buffer, random: Random): Buffer {
  const width = pick([2, 4, 8] as const, random);
  const places = random() < 0.5 ? Math.min(64, bytes.length) : bytes.length;
  if (bytes.length < width) return bytes;
  const at = Math.min(below(places, random), bytes.length - width);
  const number = Buffer.alloc(8);
  number.writeBigInt64LE(BigInt(pick(EDGES, random)));
  const stored = number.subarray(0, width);
  (random() < 0.7 ? stored : stored.reverse()).copy(bytes, at);
  return bytes;
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, below(bytes.length + 1, random));
}

function removePart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function repeatPart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
}

function overwritePart(bytes: Buffer, random: Random): Buffer {
  const [from, to] = part(bytes, random);
  bytes.copy(bytes, below(bytes.length, random), from, to);
  return bytes;
}

function insertRandom(bytes: Buffer, random: Random): Buffer {
  const at = below(bytes.length + 1, random);
  const noise = Buffer.from(
    Array.from({ length: 1 + below(32, random) }, () => below(256, random)),
  );
  return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
}

function replaceNumberInText(bytes: Buffer, random: Random): Buffer {
  return replaceMatch(bytes, /-?\d+(\.\d+)?/g, String(pick(EDGES, random)), random);
}

/** A word or a quoted text. */
function replaceToken(bytes: Buffer, random: Random): Buffer {
  return replaceMatch(bytes, /"[^"\n]{0,40}"|\w+|[[\]{}(),:;]/g, pick(TOKENS, random), random);
}

function insertToken(bytes: Buffer, random: Random): Buffer {
  const at = below(bytes.length + 1, random);
  const times = random() < 0.05 ? 2000 : 1;
  const token = Buffer.from(pick(TOKENS, random).repeat(times));
  return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)]);
}

function replaceMatch(bytes: Buffer, pattern: RegExp, by: string, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return bytes;
  const { index, 0: found } = pick(matches, random);
  const end = index + found.length;
  return Buffer.concat([bytes.subarray(0, index), Buffer.from(by), bytes.subarray(end)]);
}
