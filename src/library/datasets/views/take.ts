/** The first `count` items. */
export async function* take<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count === 0) return;
  let left = count;
  for await (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
