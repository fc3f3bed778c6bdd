import { InvalidArgumentError } from 'commander';

/** The value of an option that is a whole number, 1 or more. */
export function whole(text: string): number {
  return wholeFrom(1, text);
}

/** The value of an option that is a whole number, 0 or more. */
export function from0(text: string): number {
  return wholeFrom(0, text);
}

function wholeFrom(least: number, text: string): number {
  if (!/^(0|[1-9]\d*)$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`);
  return Number(text);
}
