/**
 * Maps a stream in its order, with up to `ahead` items in progress at once. A failure is thrown when
 * its item's turn comes.
 */
export async function* mapConcurrent<T, U>(
  items: AsyncIterable<T> | Iterable<T>,
  ahead: number,
  map: (item: T) => Promise<U>,
): AsyncGenerator<U> {
  const underWay: Promise<U>[] = [];
  try {
    for await (const item of items) {
      const mapped = map(item);
      // Until its turn comes a failure is not an unhandled rejection.
      mapped.catch(() => {});
      underWay.push(mapped);
      if (underWay.length >= ahead) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
