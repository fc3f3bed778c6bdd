import type { ImageId } from './predictions';

/** For every place among the sorted ids, the image that belongs there; undefined if all are there. */
export function sortedOrder(ids: readonly ImageId[]): Int32Array | undefined {
  if (ids.every((id, i) => i === 0 || ids[i - 1]! < id)) return undefined;
  return Int32Array.from(ids.keys()).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
}

/** The array's groups of `width` elements in an order; without a copy where they are in it. */
export function inOrder<T extends Int32Array | Float32Array>(
  array: T,
  images: number,
  order: Int32Array | undefined,
  width = 1,
): T {
  if (!order)
    return array.length === images * width ? array : (array.slice(0, images * width) as T);
  const result = array.slice(0, images * width) as T;
  for (let i = 0; i < images; i++)
    for (let k = 0; k < width; k++) result[i * width + k] = array[order[i]! * width + k]!;
  return result;
}

/** The array, or a copy with room for `length` elements and half as many again. */
export function grown<T extends Int32Array | Float32Array>(array: T, length: number, fill = 0): T {
  if (array.length >= length) return array;
  // The first model meets the images one chunk at a time; the others know how many there are.
  const longer = new (array.constructor as new (length: number) => T)(
    array.length === 0 ? length : Math.ceil(length * 1.5),
  );
  longer.set(array);
  return longer.fill(fill, array.length) as T;
}
