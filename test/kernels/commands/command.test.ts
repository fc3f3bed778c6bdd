import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest, parseArguments } from '#kernels/commands/command';
import { OptionError } from '#kernels/errors';

const KINDS = { check: 'flag', output: 'value', parameters: 'values' } as const;

function parse(...argv: string[]) {
  return parseArguments(argv, KINDS, 'sbd notebooks');
}

test('flags, values and repeated values are told from paths, wherever they stand', () => {
  assert.deepEqual(parse('a', '--parameters', 'x=1', '--check', 'b', '--parameters=y=-2'), {
    values: { check: true, output: undefined, parameters: ['x=1', 'y=-2'] },
    positionals: ['a', 'b'],
  });
  assert.deepEqual(parse('--output=--odd', '--', '--check').values.output, '--odd');
  assert.deepEqual(parse('--', '--check').positionals, ['--check']);
});

test('an option that cannot be used is an error that names it and the place of the usage', () => {
  for (const [argv, message] of [
    [['--chek'], '--chek: unknown option; did you mean --check?'],
    [['--frobnicate'], '--frobnicate: unknown option.'],
    [['-x'], '-x: unknown option.'],
    [['--toString'], '--toString: unknown option.'],
    [['--output'], '--output: expected a value after it.'],
    [
      ['--output', '--check'],
      '--output: expected a value after it, found --check; write --output=--check if that is the value.',
    ],
    [['--check=yes'], '--check=yes: --check takes no value.'],
  ] as const)
    assert.throws(() => parse(...argv), new OptionError(`${message} See sbd notebooks --help.`));
});

test('the nearest word is one that a slip of the keyboard makes', () => {
  assert.equal(nearest('outptu', ['check', 'output']), 'output');
  assert.equal(nearest('kernel', ['check', 'output']), undefined);
});
