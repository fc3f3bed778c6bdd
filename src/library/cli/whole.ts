import { InvalidArgumentError } from 'commander';

/** The value of an option that is a whole number. */
export function whole(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return Number(text);
}
