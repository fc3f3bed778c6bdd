/** Relative; covers the last bits of sums and logarithms. */
const TOLERANCE = 1e-6;
const NUMBER = /(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)/gi;

/** A piece of a line: a number, or the text between numbers. */
export interface Token {
  readonly text: string;
  readonly isNumber: boolean;
  /** Where it starts in the line. */
  readonly at: number;
}

/** Cuts a line into text and numbers in turn; it begins and ends with text, which may be empty. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const { 0: text, index } of line.matchAll(NUMBER)) {
    tokens.push({ text: line.slice(at, index), isNumber: false, at });
    tokens.push({ text, isNumber: true, at: index });
    at = index + text.length;
  }
  return [...tokens, { text: line.slice(at), isNumber: false, at }];
}

/** Whether two pieces are the same: numbers within the precision of their digits, text apart from the number of spaces. */
export function isSameToken(one: Token | undefined, other: Token | undefined): boolean {
  if (!one || !other || one.isNumber !== other.isNumber) return false;
  if (!one.isNumber) return spaced(one.text) === spaced(other.text);
  const slack = Math.min(lastPlace(one.text), lastPlace(other.text));
  return isClose(Number(one.text), Number(other.text), slack);
}

/** Whether two lines are the same, piece by piece. */
export function isSameLine(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const [before, now] = [tokensOf(one), tokensOf(other)];
  return before.length === now.length && before.every((token, i) => isSameToken(token, now[i]));
}

/** Whether numbers are equal within a millionth of their size, or within `slack`. */
export function isClose(a: number, b: number, slack = 0): boolean {
  const tolerance = TOLERANCE * Math.max(Math.abs(a), Math.abs(b), TOLERANCE);
  return Math.abs(a - b) <= Math.max(tolerance, slack);
}

/** Columns are as wide as their numbers. */
function spaced(text: string): string {
  return text.replaceAll(/ +/g, ' ');
}

/** One unit in the last digit shown, which rounding may change; 0 for whole numbers. */
function lastPlace(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return decimals === 0 ? 0 : 1.001 * 10 ** (Number(exponent) - decimals);
}
