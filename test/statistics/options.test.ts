import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '#statistics/errors';
import {
  checkChoice,
  checkCount,
  checkOption,
  checkOptions,
  FROM_0,
  SPARSITY,
} from '#statistics/options';

const refuses = (check: () => void, message: string) =>
  assert.throws(check, (error: Error) => {
    assert.ok(error instanceof OptionError);
    assert.equal(error.message, message);
    return true;
  });

const checkFrom0 = (rate: unknown) => checkOptions('a cell', { rate }, { rate: FROM_0 });
const checkSparsity = (sparsity: unknown) =>
  checkOptions('a cell', { sparsity }, { sparsity: SPARSITY });

test('what is valid passes', () => {
  checkOption('alpha', 2, true, 'a probability');
  for (const count of [1, 2, 2 ** 40]) checkCount('count', count);
  checkCount('skip', 0, 0);
  for (const value of [0, 0.5, 1e9]) checkFrom0(value);
  for (const sparsity of [0, 0.3, 0.999]) checkSparsity(sparsity);
  checkChoice('split', 'test', ['train', 'test']);
  checkChoice('severity', 3, [1, 2, 3]);
});

test('what is not names the option, the value and what is expected', () => {
  refuses(
    () => checkOption('alpha', 2, false, 'a probability'),
    'alpha: 2; expected a probability.',
  );
  refuses(
    () => checkOption('sizes', [1, '2'], false, 'numbers'),
    "sizes: [1, '2']; expected numbers.",
  );
  refuses(() => checkChoice('ties', 'few', ['a', 'b']), "ties: 'few'; expected one of a, b.");
  refuses(() => checkChoice('severity', 0, [1, 2]), 'severity: 0; expected one of 1, 2.');
  for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    refuses(
      () => checkCount('steps', value),
      `steps: ${value}; expected a whole number, 1 or more.`,
    );
  refuses(() => checkCount('splits', 1, 2), 'splits: 1; expected a whole number, 2 or more.');
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    refuses(() => checkFrom0(value), `rate: ${value}; expected 0 or more.`);
  for (const value of [-0.1, 1, 90, Number.NaN])
    refuses(() => checkSparsity(value), `sparsity: ${value}; expected 0 (dense) to below 1.`);
});

test('what comes without types, from a notebook, is refused as well', () => {
  refuses(
    () => checkCount('count', '3' as unknown as number),
    "count: '3'; expected a whole number, 1 or more.",
  );
  refuses(() => checkSparsity('0.9'), "sparsity: '0.9'; expected 0 (dense) to below 1.");
});

test('a name that every object has is an unknown option like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.throws(
      () => checkOptions('a cell', JSON.parse(`{ "${name}": 1 }`), { rate: FROM_0 }),
      (error: Error) => error instanceof OptionError && error.message.includes(name),
    );
});
