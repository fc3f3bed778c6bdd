/**
 * The items of a stream, of which each is made while the consumer waits for its work on the one before: an ONNX
 * network answers in threads of its own, and making a batch takes this one.
 */
export async function* meanwhile<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  try {
    for (let item = await next; !item.done; item = await next) {
      // The consumer's work begins first.
      next = new Promise((resolve) => setImmediate(resolve)).then(() => items.next());
      // Until its turn comes a failure is not an unhandled rejection.
      next.catch(() => {});
      yield item.value;
    }
  } finally {
    await next.catch(() => {});
    await items.return(undefined);
  }
}
