import { OptionError } from 'selective-brain-damage-statistics';
import {
  type OptionRule,
  requireAwaited,
  shown,
  TEXT,
} from 'selective-brain-damage-statistics/internal';

/** Finite numbers above 0. */
export const POSITIVE: OptionRule = {
  expected: 'a number more than 0',
  accepts: (value) => Number.isFinite(value) && (value as number) > 0,
};

/** Shares below 1. */
export const SHARE_BELOW_1: OptionRule = {
  expected: '0 to below 1',
  accepts: (value) => typeof value === 'number' && value >= 0 && value < 1,
};

/** Objects whose members another check looks at. */
export function object(expected: string): OptionRule {
  return {
    expected,
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  };
}

/**
 * Checks an argument that is a path.
 *
 * @throws OptionError for anything but a string, saying so for a promise
 */
export function checkPath(cell: string, name: string, path: unknown): void {
  requireAwaited(cell, name, path);
  if (TEXT.accepts(path)) return;
  throw new OptionError(`${cell}: expected a path as ${name}, found ${shown(path)}.`, {
    option: name,
    value: path,
  });
}
