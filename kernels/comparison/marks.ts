import { isSameToken, tokensOf } from './numbers';

/** A piece of a line, and whether the other line has another one in its place. */
export interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

/** Splits two lines into the pieces that they share and those that differ. */
export function marked(stored: string, run: string): { stored: Piece[]; run: Piece[] } {
  const [before, now] = [tokensOf(stored), tokensOf(run)];
  const same = before.map((token, i) => isSameToken(token, now[i]));
  const isFramed = before.length === now.length && same.every((is, i) => is || before[i]!.isNumber);
  if (isFramed) {
    const pieces = (tokens: typeof before) =>
      tokens.map(({ text }, i) => ({ text, differs: !same[i] }));
    return { stored: pieces(before), run: pieces(now) };
  }
  const shared = sharedEnds(stored, run);
  return { stored: cut(stored, shared), run: cut(run, shared) };
}

interface Ends {
  readonly start: number;
  readonly end: number;
}

/** How much of their beginnings and ends two lines share, in whole words. */
function sharedEnds(one: string, other: string): Ends {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start++;
  while (start > 0 && /[\w.]/.test(one[start - 1]!)) start--;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  while (end > 0 && /[\w.]/.test(one.at(-end)!)) end--;
  return { start, end };
}

function cut(line: string, { start, end }: Ends): Piece[] {
  const to = line.length - end;
  return [
    { text: line.slice(0, start), differs: false },
    { text: line.slice(start, to), differs: true },
    { text: line.slice(to), differs: false },
  ];
}

const BEFORE = 40;
const WIDTH = 100;

/** At most 100 characters of both lines, around the first difference. */
export function excerpts(stored: string, run: string): { stored: string; run: string } {
  const pieces = marked(stored, run);
  const part = (line: string, of: readonly Piece[]) => {
    const first = of.findIndex(({ differs }) => differs);
    const at = of.slice(0, Math.max(0, first)).reduce((sum, { text }) => sum + text.length, 0);
    const from = line.length <= WIDTH ? 0 : Math.max(0, Math.min(at - BEFORE, line.length - WIDTH));
    const to = Math.min(line.length, from + WIDTH);
    return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`.trim();
  };
  return { stored: part(stored, pieces.stored), run: part(run, pieces.run) };
}
