/** Every `of`-th item, from item `index` on. */
export async function* shard<T>(
  items: AsyncIterable<T>,
  index: number,
  of: number,
): AsyncGenerator<T> {
  let position = 0;
  for await (const item of items) if (position++ % of === index) yield item;
}
