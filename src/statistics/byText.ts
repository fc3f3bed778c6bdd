/** Compares items by a text of theirs for a sort, in the order of character codes, which no locale changes. */
export function byText<T>(textOf: (item: T) => string): (one: T, other: T) => number {
  return (one, other) => {
    const [a, b] = [textOf(one), textOf(other)];
    return Number(a > b) - Number(a < b);
  };
}
