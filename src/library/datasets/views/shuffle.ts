import { type Random, shuffleInPlace } from 'selective-brain-damage-statistics/internal';

/**
 * The items in an order drawn from `random`, through a buffer; a stream no longer than the buffer is
 * shuffled fully.
 */
export async function* shuffle<T>(
  items: AsyncIterable<T>,
  random: Random,
  bufferSize = 4096,
): AsyncGenerator<T> {
  const buffer: T[] = [];
  for await (const item of items) {
    if (buffer.length < bufferSize) {
      buffer.push(item);
      continue;
    }
    const i = Math.floor(random() * bufferSize);
    yield buffer[i]!;
    buffer[i] = item;
  }
  yield* shuffleInPlace(buffer, random);
}
