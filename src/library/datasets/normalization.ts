/** Mean and standard deviation per channel (red, green, blue), of values 0–255. */
export interface Normalization {
  /** Mean of each channel, 0–255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of each channel. */
  readonly std: readonly [number, number, number];
}

const tables = new WeakMap<Normalization, Float32Array[]>();

/** The normalised value of each of the 256 values of each channel. */
export function normalizationTable(normalization: Normalization): Float32Array[] {
  let table = tables.get(normalization);
  if (!table) {
    const { mean, std } = normalization;
    table = mean.map((m, c) => Float32Array.from({ length: 256 }, (_, v) => (v - m) / std[c]!));
    tables.set(normalization, table);
  }
  return table;
}

/** 8-bit RGB to a model's input. */
export function normalize(data: Uint8Array, normalization: Normalization): Float32Array {
  const table = normalizationTable(normalization);
  const pixels = new Float32Array(data.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[i % 3]![data[i]!]!;
  return pixels;
}

/** A model's input back to the 8-bit RGB that it was made of. */
export function denormalize(
  pixels: Float32Array,
  { mean, std }: Normalization,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < data.length; i++) data[i] = pixels[i]! * std[i % 3]! + mean[i % 3]!;
  return new Uint8Array(data.buffer);
}
